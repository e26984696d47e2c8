"""`/consent/{id}`: an app asks, the person answers, and the door that asked goes on.

Who has allowed all this before is not asked again, unless the app or the protocol wants it (`prompt`, `max_age`).
"""

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core.apps import find_app
from dvor.core.authorizations import answer_request, find_request, is_consented
from dvor.core.groups import get_managed_group
from dvor.methods.http import redirect
from dvor.model.apps import OPENID, SNGINE
from dvor.model.authorizations import LOG_OUT, AuthorizationRequest, read_group_ids
from dvor.model.errors import AccessDenied, AppNotFound, GroupNotFound, RequestExpired
from dvor.model.groups import Role
from dvor.model.tokens import OpenIdScope, Scope
from dvor.web.pages import POLICY, View

VK_WORDS = {
    Scope.NOTIFY: "Send you notifications",
    Scope.FRIENDS: "See and change your friends",
    Scope.PHOTOS: "See and add photos",
    Scope.AUDIO: "Use your music",
    Scope.VIDEO: "Use your videos",
    Scope.STORIES: "See and add stories",
    Scope.PAGES: "Use your wiki pages",
    Scope.STATUS: "Change your status",
    Scope.NOTES: "Use your notes",
    Scope.MESSAGES: "Read and write your messages",
    Scope.WALL: "Write on walls in your name",
    Scope.ADS: "Use your advertising",
    Scope.OFFLINE: "Do all this at any time, until you remove the app",
    Scope.DOCS: "Use your documents",
    Scope.GROUPS: "See and change your communities",
    Scope.NOTIFICATIONS: "Read your notifications",
    Scope.STATS: "See statistics of your communities",
    Scope.EMAIL: "See your e-mail address",
    Scope.MARKET: "Use your goods",
    Scope.PHONE: "See your telephone number",
}
OPENID_WORDS = {
    OpenIdScope.OPENID: "Know who you are",
    OpenIdScope.PROFILE: "See your name, photo, sex and birthday",
    OpenIdScope.EMAIL: "See your e-mail address",
    OpenIdScope.ADDRESS: "See your city and country",
    OpenIdScope.PHONE: "See your telephone number",
    OpenIdScope.OFFLINE_ACCESS: "Do all this at any time, until you remove the app",
}
ALWAYS = {
    OPENID: [],
    SNGINE: ["See your name and profile", "See your e-mail address", "See your profile picture"],
}
"""What cannot be declined, because the protocol has no scopes for it."""


def describe_scope(protocol: str, scope: int) -> list[dict[str, Any]]:
    """Return what the bits mean: the bit, words, and whether the person has to allow it."""
    words: dict[Any, str] = dict(OPENID_WORDS if protocol == OPENID else VK_WORDS)
    return [
        {"bit": int(bit), "words": text, "is_required": protocol == OPENID and bit == OpenIdScope.OPENID}
        for bit, text in words.items()
        if bit & scope
    ]


def must_log_in(view: View, request: AuthorizationRequest) -> bool:
    """Say whether the person has to log in, for the first time or once more."""
    if view.session is None:
        return True
    since = view.session.created_at
    if "login" in request.prompt.split() and since < request.created_at:
        return True
    # measured when the app asked, or the way here would be counted as well
    return request.max_age >= 0 and since < request.created_at - request.max_age


async def show(view: View) -> Response:
    """Ask the person, or answer for him what he has answered before."""
    request_id, courtyard = view.path_parameters["request_id"], view.courtyard
    user_id = view.user.id if view.user is not None else 0
    try:
        async with courtyard.database.read() as tx:
            request = await find_request(tx, request_id, courtyard.now)
            if request.protocol == LOG_OUT:
                raise RequestExpired
            app = await find_app(tx, request.app_id)
            is_known = bool(user_id) and await is_consented(tx, request, user_id)
    except (RequestExpired, AppNotFound):
        text = "This log-in is over or was answered already. Go back to the site and begin again."
        return view.render("problem.html", 410, text=view.translate(text))
    prompts = request.prompt.split()
    if "none" in prompts:
        return await _answer_silently(view, request_id, request, is_known=is_known)
    if must_log_in(view, request):
        return view.ask_to_log_in(login=request.parameters.get("login_hint", ""))
    if view.is_sent:
        return await _decide(view, request_id, request)
    if is_known and "select_account" not in prompts:
        return await _allow(view, request_id, request.scope)
    try:
        async with courtyard.database.read() as tx:
            group_ids = read_group_ids(request.parameters)
            managed = [await get_managed_group(tx, user_id, one, Role.ADMINISTRATOR) for one in group_ids]
    except (AccessDenied, GroupNotFound):
        text = "The app asks to act for a community that you do not administer."
        return view.render("problem.html", 403, text=view.translate(text))
    host = urlsplit(request.redirect_uri).hostname or request.redirect_uri.partition(":")[0]
    always = ALWAYS.get(request.protocol, ["See your name, photo and public profile"])
    return view.render(
        "consent.html",
        policy=POLICY,  # no form-action: a browser holds it against the redirect to the app as well
        app=app,
        host=host,
        always=[] if managed else always,
        groups=[one.group.name for one in managed],
        scopes=describe_scope(request.protocol, request.scope),
    )


async def _answer_silently(
    view: View, request_id: str, request: AuthorizationRequest, *, is_known: bool
) -> Response:
    if must_log_in(view, request):
        return redirect(await answer_request(view.courtyard, request_id, "login_required"))
    if not is_known:
        return redirect(await answer_request(view.courtyard, request_id, "consent_required"))
    return await _allow(view, request_id, request.scope)


async def _allow(view: View, request_id: str, granted: int) -> Response:
    assert view.user is not None
    assert view.session is not None
    return redirect(
        await answer_request(
            view.courtyard,
            request_id,
            "allowed",
            user_id=view.user.id,
            granted=granted,
            authenticated_at=view.session.created_at,
        )
    )


async def _decide(view: View, request_id: str, request: AuthorizationRequest) -> Response:
    form = view.form
    if form.get("decision") != "allow":
        return redirect(await answer_request(view.courtyard, request_id, "denied"))
    granted = sum(
        one["bit"]
        for one in describe_scope(request.protocol, request.scope)
        if one["is_required"] or f"scope_{one['bit']}" in form
    )
    return await _allow(view, request_id, granted)
