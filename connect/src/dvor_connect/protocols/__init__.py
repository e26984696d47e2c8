"""The handful of ways in which networks speak; which one a network uses, and with what settings, its TOML file says."""

from collections.abc import Callable

from dvor_connect.networks import Network, UnknownNetwork
from dvor_connect.protocols.oidc import OpenIdConnect
from dvor_connect.protocols.openvk import OpenVk
from dvor_connect.protocols.protocol import App, Protocol
from dvor_connect.protocols.sngine import Sngine
from dvor_connect.protocols.vk import Vk
from dvor_connect.protocols.vkid import VkId
from dvor_connect.protocols.webtv import WebTv

PROTOCOLS: dict[str, Callable[[App, Callable[[], int]], Protocol]] = {
    "vk": Vk,
    "vkid": VkId,
    "openvk": OpenVk,
    "sngine": Sngine,
    "webtv": WebTv,
    "oidc": OpenIdConnect,
}


def speak(app: App, clock: Callable[[], int]) -> Protocol:
    """Return the protocol of an app's network."""
    found = PROTOCOLS.get(app.network.protocol)
    if found is None:
        raise UnknownNetwork(f"{app.network.key}: protocol is one of {', '.join(PROTOCOLS)}")
    return found(app, clock)


__all__ = ["PROTOCOLS", "App", "Network", "Protocol", "speak"]
