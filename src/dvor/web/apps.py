"""`/apps`: registering an app, confirming it by a call, its settings and secrets, its statistics, its end."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from dvor.core import apps
from dvor.core.accounts import check_password
from dvor.core.calls import confirm_call, request_call
from dvor.core.courtyard import Courtyard
from dvor.core.passkeys import are_passkeys_possible, log_in_with_passkey, offer_log_in
from dvor.methods.http import redirect
from dvor.methods.limits import Limiter
from dvor.model.apps import (
    CATEGORIES,
    OPENID,
    PLATFORMS,
    PROTOCOLS,
    SIGNING_ALGORITHMS,
    SNGINE,
    VK,
    VK_ID,
    VK_IFRAME,
    VK_IMPLICIT,
    App,
    NewApp,
)
from dvor.model.errors import (
    AccountClosed,
    AppNotFound,
    CallFailed,
    DigitsWrong,
    InvalidParameter,
    InvalidPicture,
    NumberInvalid,
    PasskeyRefused,
    QuotaExceeded,
    Refusal,
    TooManyApps,
    TooManyCalls,
    WrongCredentials,
)
from dvor.web.pages import FORM_POLICY, SCRIPT_POLICY, View
from dvor.web.use_from import describe_uses

PROTOCOL_WORDS = {
    VK: ("VK OAuth", ""),
    VK_ID: ("VK ID", ""),
    OPENID: ("OpenID Connect", ""),
    VK_IMPLICIT: (
        "VK OAuth, response_type=token",
        "Weak: the token travels in the address, where scripts, histories and logs can read it.",
    ),
    VK_IFRAME: (
        "VK mini-app, in a frame at its website address",
        "Weak: a token travels in the address of the frame, and the older signature is md5.",
    ),
    SNGINE: (
        "Sngine",
        "Weak: there is no state, so your site cannot tell whose log-in comes back.",
    ),
}
PROBLEMS: dict[type[Refusal], str] = {
    CallFailed: "The call could not be made. Try again later.",
    NumberInvalid: "This is no number that can be called. Write it with + and the code of the country.",
    DigitsWrong: "These are not the digits, or they are too old.",
    TooManyCalls: "Too many attempts. Try again later.",
    WrongCredentials: "The password is wrong.",
    InvalidPicture: "This is no picture that can be read: JPEG, PNG, GIF, WebP or BMP.",
    QuotaExceeded: "Your space for files is used up.",
    PasskeyRefused: "This passkey is not known here, or its answer came too late.",
    AccountClosed: "This account is closed.",
    TooManyApps: "You have as many apps as one may have.",
}
FIELD_WORDS = {
    "title": "Title",
    "platform": "Platform",
    "website": "Website address",
    "base_domain": "Base domain",
    "description": "Description",
    "category": "Category",
    "redirect_uris": "Authorized redirect URI",
    "protocols": "How this app may log people in",
    "signing_algorithm": "Identity tokens are signed with",
}
FAILURES, FAILURE_SECONDS = 10, 300
CHART_WIDTH, CHART_HEIGHT = 600, 120


def read_app(form: Mapping[str, str], before: NewApp) -> NewApp:
    """Return an app as the form describes it; what the form does not hold stays as before."""
    fields = {
        name: form.get(name, getattr(before, name)).strip()
        for name in ("title", "platform", "website", "base_domain", "description", "category")
    }
    fields["base_domain"] = fields["base_domain"].lower()
    uris, protocols, signing = before.redirect_uris, before.protocols, before.signing_algorithm
    if "redirect_uris" in form:
        uris = list(dict.fromkeys(form["redirect_uris"].split()))
        protocols = [name for name in PROTOCOLS if f"protocol_{name}" in form]
        signing = form.get("signing_algorithm", signing)
    return NewApp(
        **fields, redirect_uris=uris, protocols=protocols, icon=before.icon, signing_algorithm=signing
    )


def describe(app: App) -> NewApp:
    """Return what an owner may change of an app."""
    return NewApp(**{name: getattr(app, name) for name in NewApp.__struct_fields__})


def describe_problem(view: View, refusal: Refusal) -> str:
    """Return a refusal in words for the owner."""
    if isinstance(refusal, InvalidParameter):
        return f"{view.translate(FIELD_WORDS[refusal.name])}: {refusal.reason}"
    return view.translate(PROBLEMS[type(refusal)])


class AppPages:
    """The pages of an app's owner."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._failures = Limiter(FAILURES, FAILURE_SECONDS)

    async def _find(self, view: View) -> App:
        assert view.user is not None
        async with self._courtyard.database.read() as tx:
            return await apps.find_own_app(tx, view.user.id, view.path_parameters["app_id"])

    def _missing(self, view: View) -> Response:
        return view.render("problem.html", 404, text=view.translate("There is no such app of yours."))

    async def show_list(self, view: View) -> Response:
        """Show the owner's apps."""
        assert view.user is not None
        async with self._courtyard.database.read() as tx:
            own = await apps.list_own_apps(tx, view.user.id)
        return view.render("apps.html", apps=own)

    async def show_new(self, view: View) -> Response:
        """Show the form of a new app, or register it and go on to the call."""
        assert view.user is not None
        new, problem = NewApp(title=""), ""
        if view.is_sent:
            new = read_app(view.form, new)
            try:
                app = await apps.create_app(self._courtyard, view.user.id, new)
                return redirect(f"/apps/{app.id}/connect")
            except (InvalidParameter, TooManyApps) as refusal:
                problem = describe_problem(view, refusal)
        status = 400 if problem else 200
        return view.render(
            "app_new.html", status, app=new, problem=problem, platforms=PLATFORMS, categories=CATEGORIES
        )

    async def show_connect(self, view: View) -> Response:
        """Confirm an app by a call: the number, then the last four digits of the number that rings."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        if app.confirmed_at:
            return redirect(f"/apps/{app.id}/settings")
        response, is_confirmed = await self._call(view, app, "connect", "app_call.html")
        if is_confirmed:
            await apps.confirm_app(self._courtyard, app.owner_id, app.id)
            return redirect(f"/apps/{app.id}/settings")
        return response

    async def _call(
        self, view: View, app: App, purpose: str, template: str, **values: Any
    ) -> tuple[Response, bool]:
        """Go one step of a call; return what to show, and whether the person is confirmed."""
        form, phone, problem = view.form, "", ""
        try:
            if view.is_sent and form.get("step") == "call":
                phone = await request_call(
                    self._courtyard, app.owner_id, f"{purpose} {app.id}", form.get("phone", "")
                )
            elif view.is_sent and form.get("step") == "confirm":
                phone = form.get("phone", "")
                await confirm_call(
                    self._courtyard, app.owner_id, f"{purpose} {app.id}", form.get("digits", "")
                )
                return view.render(template, app=app), True
        except (CallFailed, DigitsWrong, NumberInvalid, TooManyCalls) as refusal:
            problem = describe_problem(view, refusal)
        status = 403 if problem else 200
        return view.render(template, status, app=app, phone=phone, problem=problem, **values), False

    async def show_information(self, view: View) -> Response:
        """Show and change what the app is."""
        return await self._change(view, "app_information.html", platforms=PLATFORMS, categories=CATEGORIES)

    async def show_icon(self, view: View) -> Response:
        """Take an icon, or (no file) take it away."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        if view.is_sent:
            try:
                await apps.change_icon(self._courtyard, app.owner_id, app.id, view.file)
            except (InvalidPicture, QuotaExceeded) as refusal:
                return view.render("problem.html", 400, text=describe_problem(view, refusal))
        return redirect(f"/apps/{app.id}{'?saved=1' if view.is_sent else ''}")

    async def show_settings(self, view: View) -> Response:
        """Show and change redirect addresses and protocols."""
        rows = [
            {"name": name, "title": title, "warning": warning}
            for name, (title, warning) in PROTOCOL_WORDS.items()
        ]
        return await self._change(view, "app_settings.html", protocols=rows, algorithms=SIGNING_ALGORITHMS)

    async def _change(self, view: View, template: str, **values: Any) -> Response:
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        shown, problem = describe(app), ""
        if view.is_sent:
            shown = read_app(view.form, shown)
            try:
                await apps.change_app(self._courtyard, app.owner_id, app.id, shown)
                return redirect(f"{view.asked.scope['path']}?saved=1")
            except InvalidParameter as refusal:
                problem = describe_problem(view, refusal)
        return view.render(
            template,
            400 if problem else 200,
            app=app,
            shown=shown,
            problem=problem,
            is_saved="saved" in view.asked.query,
            **values,
        )

    async def show_secret(self, view: View) -> Response:
        """Show the secrets, or new ones, to who has typed the password or the digits of a call."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        form = view.form
        if view.is_sent and form.get("step") == "password":
            try:
                self._failures.look(str(app.owner_id))
                await check_password(self._courtyard, app.owner_id, form.get("password", ""))
            except (WrongCredentials, TooManyCalls) as refusal:
                if isinstance(refusal, WrongCredentials):
                    self._failures.check(str(app.owner_id))
                return self._ask_for_proof(view, app, describe_problem(view, refusal))
            return await self._reveal(view, app)
        if view.is_sent and form.get("step") == "passkey":
            try:
                if await log_in_with_passkey(self._courtyard, form.get("credential", "")) != app.owner_id:
                    raise PasskeyRefused
            except (PasskeyRefused, AccountClosed) as refusal:
                return self._ask_for_proof(view, app, describe_problem(view, refusal))
            return await self._reveal(view, app)
        response, is_confirmed = await self._call(view, app, "secret", "app_secret.html", **self._offer())
        return await self._reveal(view, app) if is_confirmed else response

    def _offer(self) -> dict[str, str]:
        """Return what the page of secrets needs to ask for a passkey, where there can be one."""
        options = offer_log_in(self._courtyard) if are_passkeys_possible(self._courtyard) else ""
        return {"passkey_options": options, "policy": FORM_POLICY + (SCRIPT_POLICY if options else "")}

    def _ask_for_proof(self, view: View, app: App, problem: str) -> Response:
        return view.render("app_secret.html", 403, app=app, problem=problem, **self._offer())

    async def _reveal(self, view: View, app: App) -> Response:
        if "rotate" in view.form:
            secrets = await apps.rotate_app_secrets(self._courtyard, app.owner_id, app.id)
        else:
            secrets = apps.reveal_secrets(self._courtyard, app)
        return view.render("app_secret.html", app=app, secrets=secrets)

    async def show_statistics(self, view: View) -> Response:
        """Show what happened in the last thirty days."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        async with self._courtyard.database.read() as tx:
            days = await apps.list_app_days(tx, app.id, self._courtyard.now)
        charts = [
            draw_chart(title, [(apps.date_of(day), getattr(day, name)) for day in days])
            for name, title in (
                ("log_ins", "Log-ins"),
                ("new_users", "New people"),
                ("calls", "Calls of methods"),
            )
        ]
        return view.render(
            "app_statistics.html", app=app, charts=charts, width=CHART_WIDTH, height=CHART_HEIGHT
        )

    async def show_use(self, view: View) -> Response:
        """Show how other sites use this app."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        return view.render("app_use.html", app=app, uses=describe_uses(app, self._courtyard.public_url))

    async def show_delete(self, view: View) -> Response:
        """Delete the app, after a second look."""
        try:
            app = await self._find(view)
        except AppNotFound:
            return self._missing(view)
        if not view.is_sent:
            return view.render("app_delete.html", app=app)
        await self._courtyard.database.write(lambda tx: apps.remove_app(tx, app.owner_id, app.id))
        return redirect("/apps")


def draw_chart(title: str, days: list[tuple[str, int]]) -> dict[str, Any]:
    """Return the bars of a chart: where each stands, how high, and what it says."""
    highest = max((count for _, count in days), default=0)
    step = CHART_WIDTH / max(len(days), 1)
    bars = [
        {
            "x": round(place * step + 1, 1),
            "width": round(step - 2, 1),
            "height": round(CHART_HEIGHT * count / highest, 1) if highest else 0,
            "date": date,
            "count": count,
        }
        for place, (date, count) in enumerate(days)
    ]
    return {"title": title, "bars": bars, "total": sum(count for _, count in days), "highest": highest}
