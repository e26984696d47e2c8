"""utils.*: small services of the server."""

from dvor.methods.declaration import Call, Params, method


class NoParams(Params):
    """A method without parameters."""


@method("utils.getServerTime", needs_user=False)
async def get_server_time(call: Call, params: NoParams) -> int:
    """Returns the Unix time of the server in seconds.

    VK: utils.getServerTime.
    """
    return call.now
