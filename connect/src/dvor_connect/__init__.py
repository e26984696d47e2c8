"""Log people in with VK, VK ID, OpenVK, Sngine, WS.WebTV, Smithereen, Dvor or any OpenID Connect issuer, and read who they are."""

from dvor_connect.connection import AsyncConnection, Connection, Departure, LoggedIn
from dvor_connect.errors import ConnectError
from dvor_connect.networks import Network, known_networks, network, read_network
from dvor_connect.people import Profile, Tokens, UserInfo, user_info_fields
from dvor_connect.protocols.protocol import App

__version__ = "0.1.0"
__all__ = [
    "App",
    "AsyncConnection",
    "ConnectError",
    "Connection",
    "Departure",
    "LoggedIn",
    "Network",
    "Profile",
    "Tokens",
    "UserInfo",
    "known_networks",
    "network",
    "read_network",
    "user_info_fields",
]
