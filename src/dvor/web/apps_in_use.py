"""`/settings/apps`: the apps and the programs that a person has let in, and Remove."""

from starlette.responses import Response

from dvor.core.consents import list_apps_in_use, revoke_consent
from dvor.core.named_clients import list_programs, remove_program
from dvor.methods.http import redirect
from dvor.web.consent import describe_scope
from dvor.web.pages import View
from dvor.web.security import read_hex, tell_time


async def show(view: View) -> Response:
    """Show the list, or take back what an app was allowed."""
    assert view.user is not None
    user_id = view.user.id
    if view.is_sent:
        number = view.form.get("app_id", "")
        if number.isdecimal() and number.isascii() and len(number) <= 15:
            await view.courtyard.database.write(lambda tx: revoke_consent(tx, user_id, int(number)))
        return redirect("/settings/apps")
    async with view.courtyard.database.read() as tx:
        used = await list_apps_in_use(tx, user_id)
        programs = await list_programs(tx, user_id, view.courtyard.now)
    drawn = [
        {
            "app": one.app,
            "used_at": tell_time(one.used_at),
            "words": list(
                dict.fromkeys(
                    scope["words"]
                    for consent in one.consents
                    for scope in describe_scope(consent.protocol, consent.scope)
                )
            ),
        }
        for one in used
    ]
    rows = [
        {
            "name": one.token_hash.hex(),
            "platform": one.platform,
            "used_at": tell_time(one.used_at or one.created_at),
        }
        for one in programs
    ]
    return view.render("apps_in_use.html", used=drawn, programs=rows)


async def show_program_removal(view: View) -> Response:
    """Revoke the token of a program that is no app."""
    assert view.user is not None
    user_id, token_hash = view.user.id, read_hex(view.form.get("program", ""))
    if view.is_sent:
        await view.courtyard.database.write(lambda tx: remove_program(tx, user_id, token_hash))
    return redirect("/settings/apps")
