"""Calls to addresses that people have entered."""

import pytest

from dvor.outbound.http import UnreachableAddress, find_address, is_public, post


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4001:82a::200e"])
def test_what_is_public(address: str) -> None:
    assert is_public(address)


async def test_names_of_this_machine_are_refused_unless_allowed() -> None:
    with pytest.raises(UnreachableAddress):
        await find_address("localhost", 80, allows_private=False)
    assert await find_address("127.0.0.1", 80, allows_private=True) == "127.0.0.1"


@pytest.mark.parametrize(
    "url", ["", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:1/", "http://a b/", "http://[x]/"]
)
async def test_what_cannot_be_called(url: str) -> None:
    with pytest.raises(UnreachableAddress):
        await post(url, b"", {}, allows_private=True)
