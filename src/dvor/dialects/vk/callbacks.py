"""The Callback API: telling communities' servers what happened, as jobs that are tried again."""

import msgspec
import structlog

from dvor.core.bots import CONFIRM_JOB, SECRET_PURPOSE, confirmation_code, find_server, note_answer
from dvor.core.courtyard import Courtyard
from dvor.core.events import CALLBACK_JOB, find_event
from dvor.core.jobs import MAX_ATTEMPTS, Handler, TryAgain
from dvor.core.tokens import ANONYMOUS
from dvor.dialects.vk.bot_events import BotDrawing
from dvor.dialects.vk.bots_poll import read_version
from dvor.methods.declaration import Call
from dvor.model.bots import CallbackServer
from dvor.model.jobs import Job
from dvor.outbound.http import Answer, UnreachableAddress, post

_log = structlog.get_logger("dvor.vk")


class NotAnswered(TryAgain):
    """A server did not answer `ok`: it is told again later."""


async def deliver(courtyard: Courtyard, job: Job) -> None:
    """Tell a server of one event; `NotAnswered` lets the job be tried again.

    What the server has not been told after the last try is dropped, and the server counts as failed.
    """
    group_id, server_id, number = job.body["group_id"], job.body["server_id"], job.body["number"]
    async with courtyard.database.read() as tx:
        server, event = await find_server(tx, group_id, server_id), await find_event(tx, -group_id, number)
        if server is None or not server.settings.is_enabled or event is None:
            return
        settings = server.settings
        call = Call(courtyard, tx, ANONYMOUS, courtyard.now, read_version(settings.version), True)
        drawing = BotDrawing(call, group_id, settings)
        await drawing.load([event])
        drawn = drawing.draw(event)
    if drawn is None:
        return
    body = msgspec.to_builtins(drawn) | _secret(courtyard, server)
    answer = await _post(courtyard, server, body, retries=job.attempts - 1)
    text = answer.body.strip().lower() if answer is not None and answer.status == 200 else b""
    is_good = text == b"ok"
    if not is_good or server.status != "ok":
        is_enabled = text != b"remove"
        await courtyard.database.write(
            lambda tx: note_answer(tx, group_id, server_id, is_good=is_good, is_enabled=is_enabled)
        )
        if not is_good and is_enabled and job.attempts < MAX_ATTEMPTS:
            raise NotAnswered(f"server {server_id} of community {group_id}")


async def confirm(courtyard: Courtyard, job: Job) -> None:
    """Ask a server for the community's code; `NotAnswered` lets the job be tried again."""
    group_id, server_id = job.body["group_id"], job.body["server_id"]
    async with courtyard.database.read() as tx:
        server = await find_server(tx, group_id, server_id)
    if server is None:
        return
    body = {"type": "confirmation", "group_id": group_id} | _secret(courtyard, server)
    answer = await _post(courtyard, server, body, retries=job.attempts - 1)
    code = confirmation_code(courtyard.master_key, group_id).encode()
    is_confirmed = answer is not None and answer.status == 200 and answer.body.strip() == code
    await courtyard.database.write(
        lambda tx: note_answer(tx, group_id, server_id, is_good=is_confirmed, is_enabled=is_confirmed)
    )
    if not is_confirmed and job.attempts < MAX_ATTEMPTS:
        raise NotAnswered(f"server {server_id} of community {group_id} does not know the code")


def _secret(courtyard: Courtyard, server: CallbackServer) -> dict[str, str]:
    secret = courtyard.master_key.decrypt(SECRET_PURPOSE, server.secret).decode()
    return {"secret": secret} if secret else {}


async def _post(
    courtyard: Courtyard, server: CallbackServer, body: dict[str, object], *, retries: int
) -> Answer | None:
    headers = {"content-type": "application/json"} | ({"x-retry-counter": str(retries)} if retries else {})
    try:
        return await post(
            server.url,
            msgspec.json.encode(body),
            headers,
            allows_private=courtyard.settings.outbound_private,
        )
    except UnreachableAddress as error:
        _log.info("a callback server was not reached", group_id=server.group_id, reason=str(error))
        return None


HANDLERS: dict[str, Handler] = {CALLBACK_JOB: deliver, CONFIRM_JOB: confirm}
"""The jobs of the Callback API."""
