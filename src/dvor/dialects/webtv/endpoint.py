"""The door `/api.php?go=SECTION&do=ACTION`: who signed it, whether he may, and the answer."""

import time
from collections.abc import Mapping

import structlog
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.credentials import authenticate, find_credential
from dvor.dialects.webtv import wire
from dvor.dialects.webtv.declaration import Action, Call
from dvor.dialects.webtv.errors import ERRORS, ServerApiRefusal, describe_error
from dvor.methods.dispatch import CountCall, Outcome
from dvor.methods.http import Asked, ClientGone, read_asked
from dvor.methods.limits import Limiter
from dvor.model.credentials import Credential
from dvor.model.errors import PermissionMissing, Refusal

OTHER_SECTIONS = frozenset(
    {"clips", "channels", "galleries", "news", "categories", "events", "interactivities"}
)
"""Sections of the original that have nothing to speak of in Dvor."""
UNKNOWN = "unknown"
FAILURE_SECONDS = 300

_log = structlog.get_logger("dvor.webtv")


class ServerApiEndpoint:
    """Answers calls of the server API."""

    def __init__(self, courtyard: Courtyard, actions: Mapping[str, Action], count_call: CountCall) -> None:
        self._courtyard = courtyard
        self._actions = actions
        self._sections = {name.partition(".")[0] for name in actions}
        self._count_call = count_call
        self._failures = Limiter(courtyard.settings.log_in_failures, FAILURE_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        try:
            name, body, outcome = await self._answer(scope, receive)
        except ClientGone:
            return
        self._count_call("webtv", name, outcome, time.perf_counter() - started)
        await wire.write_answer(body, is_head=scope["method"] == "HEAD")(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[str, object, Outcome]:
        """Return the name of the action, the body and, for the statistics, the outcome."""
        name, credential = UNKNOWN, None
        outcome: Outcome = "refused"
        try:
            asked = await read_asked(scope, receive, self._courtyard.settings.form_limit)
            section, do = asked.query.get("go", ""), asked.query.get("do", "")
            action = self._actions.get(f"{section}.{do}")
            name = action.name if action else UNKNOWN
            signed = wire.read_signed(asked)
            async with self._courtyard.database.read() as tx:
                credential = await find_credential(tx, signed.key_id)
            await authenticate(self._courtyard, credential, signed)
            if action is None:
                raise self._missing(section)
            body: object = await self._call(action, credential, asked)
            outcome = "ok"
        except Refusal as refusal:
            body = wire.write_error(describe_error(refusal))
        except ClientGone:
            raise
        except Exception:
            _log.exception("an action failed", action=name)
            body, outcome = wire.write_error(ERRORS["internal"]), "failed"
        if credential is not None and credential.has_statistics:
            now = self._courtyard.now
            self._courtyard.touches.use_credential(credential.key_id, now, name, is_error=outcome != "ok")
        return name, body, outcome

    async def _call(self, action: Action, credential: Credential, asked: Asked) -> object:
        if not credential.allows(action.permission, action.level):
            raise PermissionMissing(action.permission)
        params = action.convert(wire.read_variables(asked.form))
        courtyard, iq = self._courtyard, asked.query.get("iq", "")
        call = Call(courtyard, credential, iq, asked, courtyard.now, self._failures)
        return await action.function(call, params)

    def _missing(self, section: str) -> Refusal:
        if section in self._sections:
            return ServerApiRefusal("invalid_action")
        return ServerApiRefusal("not_available" if section in OTHER_SECTIONS else "invalid_section")
