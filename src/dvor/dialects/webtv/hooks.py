"""Hooks as WS.WebTV makes them: a form that is POSTed to a script, here signed and tried again.

Source: WS.WebTV's page users_scripts names the fields of $USER_ON_REGISTRATION_SCRIPT_URL; the event, its id and the
signature are ours.
"""

import hmac
import secrets
from urllib.parse import urlencode

import msgspec
import structlog

from dvor.core.courtyard import Courtyard
from dvor.core.credentials import find_credential, reveal_secret
from dvor.core.hooks import HOOK_JOB, is_wanted
from dvor.core.jobs import Handler, TryAgain
from dvor.model.credentials import sign
from dvor.model.hooks import HookCall
from dvor.model.jobs import Job
from dvor.outbound.http import UnreachableAddress, post

SOURCES = {"web": "frontend", "server_api": "api", "command": "backend"}
"""Ours: the original's words for where a user was registered are not documented."""

_log = structlog.get_logger("dvor.webtv")


class NotTaken(TryAgain):
    """A server did not answer with a status of 200 to 299: it is told again later."""


def draw_call(call: HookCall, *, event_id: int) -> dict[str, str]:
    """Return the fields of the form; the id of the event is the same when it is told again."""
    user = call.user
    return {
        "id": str(user.id),
        "login": user.login,
        "alias": user.alias,
        "email": user.email,
        "name": user.name,
        "surname": user.surname,
        "status": str(user.status),
        "ip": user.ip,
        "useragent": user.useragent,
        "access_level": str(user.access_level),
        "id_privilege_set": str(user.id_privilege_set),
        "company": user.company,
        "reg_source": SOURCES.get(user.source, ""),
        "original_post_data": msgspec.json.encode(user.original_post).decode() if user.original_post else "",
        "event": call.event,
        "event_id": str(event_id),
    }


async def deliver(courtyard: Courtyard, job: Job) -> None:
    """Tell a server of one event; `NotTaken` lets the job be tried again.

    What belongs to a hook that is gone by now is dropped.
    """
    call = msgspec.convert(job.body, HookCall)
    async with courtyard.database.read() as tx:
        if not await is_wanted(tx, call):
            return
        credential = await find_credential(tx, call.key_id)
    secret = reveal_secret(courtyard, credential)
    salt, timestamp = secrets.token_hex(16), str(courtyard.now)
    signed = {
        "timestamp": timestamp,
        "salt": salt,
        "key": call.key_id,
        "signature": sign(secret, salt, timestamp),
    }
    body = urlencode(draw_call(call, event_id=job.id) | signed).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        # what is signed in the form is salt and timestamp only; this covers all of it
        "x-dvor-signature": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}",
    }
    try:
        answer = await post(call.url, body, headers, allows_private=courtyard.settings.outbound_private)
    except UnreachableAddress as error:
        _log.info("a hook was not reached", key_id=call.key_id, hook=call.event, reason=str(error))
        raise NotTaken(str(error)) from error
    if not 200 <= answer.status < 300:
        raise NotTaken(f"status {answer.status}")


HANDLERS: dict[str, Handler] = {HOOK_JOB: deliver}
"""The jobs of hooks."""
