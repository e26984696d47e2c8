"""Unmodified clients: each session is a program that uses the client as its documentation says."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Visit

SLOW = ["vkbottle_callback", "openvkbottle", "openvkbottle_bot"]
if sys.version_info >= (3, 12):
    SLOW.append("vkx")  # its source is written in the syntax of 3.12


@pytest.mark.parametrize(
    "client",
    [
        "vk_api",
        "vk_api_uploads",
        "vk_api_bot",
        "vkbottle",
        "vkbottle_bot",
        "openvk",
        "pyopenvk",
        "vk",
        "vk_requests",
        "simplevk",
        "authlib",
        "social_core",
        "django_allauth",
        "vk_api_codes",
        "aiovk",
        "aiovk_codes",
    ],
)
def test_client(visit: Visit, client: str) -> None:
    assert visit(f"with_{client}").splitlines()[-1] == "all is well"


@pytest.mark.parametrize("demo", ["sqlite"], indirect=True)
@pytest.mark.parametrize("client", SLOW)
def test_slow_client(visit: Visit, client: str) -> None:
    """One engine will do: it takes such a client two seconds to be imported."""
    assert visit(f"with_{client}").splitlines()[-1] == "all is well"


@pytest.mark.parametrize("demo", ["sqlite"], indirect=True)
@pytest.mark.parametrize("client", ["openvk-api"])
def test_client_with_packages_of_its_own(
    visit: Visit, packages_apart: Callable[[str], Path], client: str
) -> None:
    told = visit(f"with_{client.replace('-', '_')}", packages=packages_apart(client))
    assert told.splitlines()[-1] == "all is well"


@pytest.mark.parametrize("client", ["log_in", "vk_io"])
def test_client_for_node(visit: Visit, node_clients: Path, client: str) -> None:
    assert visit(client, "node", str(node_clients / f"{client}.mjs")).splitlines()[-1] == "all is well"


def test_errors_that_clients_get_over(visit_with_trials: Visit, node_clients: Path) -> None:
    assert visit_with_trials("with_trials").splitlines()[-1] == "all is well"
    told = visit_with_trials("vk_io_errors", "node", str(node_clients / "vk_io_errors.mjs"))
    assert told.splitlines()[-1] == "all is well"
