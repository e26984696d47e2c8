"""Unmodified clients: each session is a program that uses the client as its documentation says."""

from pathlib import Path

import pytest

from tests.clients.conftest import Visit


@pytest.mark.parametrize(
    "client",
    [
        "vk_api",
        "vk_api_bot",
        "vkbottle",
        "vkbottle_bot",
        "openvk",
        "authlib",
        "social_core",
        "vk_api_codes",
        "aiovk_codes",
    ],
)
def test_client(visit: Visit, client: str) -> None:
    assert visit(f"with_{client}").splitlines()[-1] == "all is well"


def test_clients_for_node(visit: Visit, node_clients: Path) -> None:
    assert visit("log_in", "node", str(node_clients / "log_in.mjs")).splitlines()[-1] == "all is well"
