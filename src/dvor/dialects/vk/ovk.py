"""ovk.*: what OpenVK adds to VK's methods."""

from msgspec import Struct

from dvor import __version__
from dvor.core.tokens import ANONYMOUS
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, method


class TokenTest(Struct, frozen=True):
    """Whether the call was made with a good token, how it was given, and the API version assumed."""

    authorized: bool
    auth_with: str
    version: str


@method("ovk.version", needs_user=False)
async def version(call: Call, params: NoParams) -> str:
    """Returns the name and version of the server.

    OpenVK: Ovk.version.
    """
    return f"Dvor {__version__}"


@method("ovk.test", needs_user=False)
async def test(call: Call, params: NoParams) -> TokenTest:
    """Says whether the token is good.

    OpenVK: Ovk.test.
    """
    major, minor = call.version
    return TokenTest(call.caller is not ANONYMOUS, "access_token", f"{major}.{minor}")


@method("ovk.chickenWings", needs_user=False)
async def chicken_wings(call: Call, params: NoParams) -> str:
    """Returns the Russian word for chicken wings.

    OpenVK: Ovk.chickenWings, an easter egg.
    """
    return "крылышки"
