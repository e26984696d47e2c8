"""`/share?url=…`: a link from another site, shared on one's wall or in a community (Sngine's Share Plugin).

Source: Sngine's developers' page.  The address itself is shown, not a preview: Dvor does not fetch it for a stranger.
"""

from urllib.parse import quote, urlsplit

from starlette.responses import Response

from dvor.core.groups import list_groups
from dvor.core.waiting_posts import submit_post
from dvor.methods.http import redirect
from dvor.model.apps import MAX_URI_LENGTH
from dvor.model.attachments import Attachment
from dvor.model.errors import AccessDenied, GroupNotFound, InvalidParameter
from dvor.model.groups import Role
from dvor.web.pages import FormRefused, View
from dvor.web.profile import read_number

MOST_GROUPS = 200
MAX_TEXT = 4000


def read_address(text: str) -> str:
    """Return the address to share; `FormRefused` for what is none."""
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_web = False
    if not is_web or len(text) > MAX_URI_LENGTH or not text.isprintable() or " " in text:
        raise FormRefused("This is no address that can be shared.")
    return text


async def show(view: View) -> Response:
    """Show the form, or write the post."""
    url = read_address(view.form.get("url", "") if view.is_sent else view.asked.query.get("url", ""))
    if view.user is None:
        return view.ask_to_log_in(f"/share?url={quote(url, safe='')}")
    user_id, courtyard = view.user.id, view.courtyard
    async with courtyard.database.read() as tx:
        page = await list_groups(tx, user_id, user_id, offset=0, count=MOST_GROUPS, least_role=Role.EDITOR)
    places = {0: view.translate("My wall")} | {one.group.id: one.group.name for one in page.communities}
    text, place, problem = view.form.get("text", "").strip(), read_number(view.form.get("place", "0")), ""
    if view.is_sent and (place not in places or len(text) > MAX_TEXT):
        problem = view.translate("This cannot be shared there.")
    elif view.is_sent:
        try:
            post_id = await _write(view, user_id, -place or user_id, text, url)
            return redirect(f"/share/done?post={-place or user_id}_{post_id}")
        except (AccessDenied, GroupNotFound, InvalidParameter):
            problem = view.translate("This cannot be shared there.")
    host = urlsplit(url).hostname
    return view.render(
        "share.html",
        400 if problem else 200,
        url=url,
        host=host,
        places=places,
        place=place,
        text=text,
        problem=problem,
    )


async def _write(view: View, user_id: int, owner_id: int, text: str, url: str) -> int:
    link = Attachment("link", 0, 0, url=url)
    return await view.courtyard.database.write(
        lambda tx: submit_post(
            tx,
            user_id,
            owner_id,
            text,
            [link],
            platform="",
            is_friends_only=False,
            from_group=owner_id < 0,
            now=view.courtyard.now,
        )
    )


async def show_done(view: View) -> Response:
    """Say that it is done."""
    return view.render(
        "notice.html", title=view.translate("Shared."), text=view.translate("You can close this window.")
    )
