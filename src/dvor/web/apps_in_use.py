"""`/settings/apps`: the apps that a person has let in, and Remove."""

from datetime import UTC, datetime

from starlette.responses import Response

from dvor.core.consents import list_apps_in_use, revoke_consent
from dvor.methods.http import redirect
from dvor.web.consent import describe_scope
from dvor.web.pages import View


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
    drawn = [
        {
            "app": one.app,
            "used_at": datetime.fromtimestamp(one.used_at, UTC).strftime("%Y-%m-%d %H:%M"),
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
    return view.render("apps_in_use.html", used=drawn)
