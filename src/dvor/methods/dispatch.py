"""The one road that every call of a method takes: identify, allow, convert on a snapshot; only then, to write, a write.

What stands before it (reading the request, finding the method) and after it (writing the answer) is the dialect's.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.files import keep_sent_picture
from dvor.core.tokens import ANONYMOUS, Caller, identify
from dvor.methods.conversion import convert
from dvor.methods.declaration import Call, InnerCall, Method
from dvor.methods.limits import Limiter
from dvor.model.errors import (
    AccountClosed,
    GroupTokenRefused,
    NotAuthenticated,
    NotImplementedYet,
    ScopeMissing,
    ServiceTokenRefused,
)
from dvor.model.files import UploadedPicture
from dvor.store.database import Transaction

Outcome = Literal["ok", "refused", "failed"]
CountCall = Callable[[str, str, Outcome, float], None]
"""Reports a call to the metrics: dialect, declared method name, outcome, seconds."""


class Request(Struct):
    """What a dialect has read from the wire: the parameters as texts, the token, the version asked for."""

    parameters: Mapping[str, str]
    token: str = ""
    version: tuple[int, int] = (5, 9999)
    is_versioned: bool = False
    address: str = ""
    tolerates_bad_token: bool = False
    """Whether a wrong token makes the call anonymous (OpenVK) or is an error (VK)."""
    files: Mapping[str, bytes] = {}
    """Files that came with the request, by their fields' names."""
    inner: InnerCall | None = None
    """Calls another method for the same caller, for a method that composes others."""
    is_inner: bool = False
    """Whether this is such a call: the limits have counted the outer one."""


class _NoTransaction:
    """Stands where a transaction would, for a method that composes others and holds none."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"a method that composes others has no transaction ({name})")


NO_TRANSACTION: Any = _NoTransaction()


class Dispatcher:
    """Answers calls of methods for one community."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._limiter = Limiter(courtyard.settings.rate_limit)

    async def answer(self, method: Method, request: Request) -> Any:
        """Return what the method returns; raises the refusals of `dvor.model.errors`."""
        courtyard, now = self._courtyard, self._courtyard.now
        pictures: dict[str, UploadedPicture] = {}

        def call(tx: Transaction, caller: Caller) -> Call:
            version, is_versioned, texts = request.version, request.is_versioned, request.parameters
            return Call(courtyard, tx, caller, now, version, is_versioned, texts, pictures, request.inner)

        async with courtyard.database.read() as tx:
            caller = await self._identify(tx, method, request, now)
            params = convert(method, request.parameters)
            if not method.writes and not method.composes:
                return await method.function(call(tx, caller), params)
        if method.composes:
            return await method.function(call(NO_TRANSACTION, caller), params)
        for name, data in request.files.items():
            if name in method.not_yet:
                raise NotImplementedYet(f"the file {name} of {method.name}")
            if name in method.pictures:
                pictures[name] = await keep_sent_picture(courtyard, caller.user_id, data)
        return await courtyard.database.write(
            lambda tx: method.function(call(tx, caller), params), is_repeatable=method.is_repeatable
        )

    async def _identify(self, tx: Transaction, method: Method, request: Request, now: int) -> Caller:
        caller = await identify(tx, request.token, now) if request.token else None
        if caller is None:
            if request.token and not request.tolerates_bad_token:
                raise NotAuthenticated("invalid access_token (4).")
            if method.needs_user:
                raise NotAuthenticated("no access_token passed.")
            return ANONYMOUS
        if caller.deactivated:
            raise AccountClosed(caller.deactivated)
        if caller.group_id and not method.for_groups:
            raise GroupTokenRefused("method is unavailable with group auth.")
        if method.needs_user and not caller.user_id and not caller.group_id:
            raise ServiceTokenRefused("method is unavailable with service token.")
        if method.scope is not None and not caller.scope & method.scope:
            raise ScopeMissing(f"the token lacks the scope {str(method.scope.name).lower()}")
        if not request.is_inner:
            self._limiter.check(caller.token_hash.hex())
        self._courtyard.touches.use_token(caller.token_hash, now, caller.app_id)
        return caller
