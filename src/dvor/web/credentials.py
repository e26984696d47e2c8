"""`/credentials`: what other servers sign their calls with; for administrators alone."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from dvor.core import credentials as core
from dvor.core.accounts import check_password
from dvor.core.courtyard import Courtyard
from dvor.core.hooks import list_hooks, set_hooks
from dvor.methods.http import redirect
from dvor.methods.limits import Limiter
from dvor.model.credentials import (
    LEVELS,
    SECRETS,
    SECTIONS,
    Credential,
    CredentialDay,
    NewCredential,
)
from dvor.model.errors import CredentialNotFound, InvalidParameter, TooManyCalls, WrongCredentials
from dvor.model.hooks import HOOK_EVENTS
from dvor.web.apps import CHART_HEIGHT, CHART_WIDTH, draw_chart
from dvor.web.pages import Show, View

DAY = 86400
DAYS_SHOWN = 30
FAILURES, FAILURE_SECONDS = 10, 300
SECTION_WORDS = {
    "users": "Users",
    "sessions": "Log-ins and sessions",
    "user_groups": "User groups",
    "statistics": "Statistics",
    "config": "Configuration",
    SECRETS: "Session ids and activation keys",
}
LEVEL_WORDS = {"none": "nothing", "read": "read", "write": "read and change"}
HOOK_WORDS = {
    "registration": "Told of new users",
    "status_change": "Told when a user is shut out or let in again",
    "change": "Told when a user's data change",
    "delete": "Told when a user is deleted",
}
FIELD_WORDS = {
    "title": "Title",
    "expiration": "Requests expiration time, in seconds",
    "referers": "Allowed referers",
    "general": "General permission",
    "permissions": "Permissions of sections",
}


def read_credential(form: Mapping[str, str]) -> NewCredential:
    """Return a credential as the form describes it; `InvalidParameter` for a number that is none."""
    seconds = form.get("expiration", "").strip()
    if not (seconds.isdecimal() and seconds.isascii() and len(seconds) <= 9):
        raise InvalidParameter("expiration", "is no number")
    words = form.get("referers", "").replace(",", " ").split()
    chosen = {section: form.get(f"section_{section}", "") for section in (*SECTIONS, SECRETS)}
    return NewCredential(
        title=form.get("title", "").strip(),
        expiration=int(seconds),
        referers=list(dict.fromkeys(word.lower() for word in words)),
        has_statistics="has_statistics" in form,
        general=form.get("general", ""),  # type: ignore[arg-type]  # checked with everything else
        permissions={section: level for section, level in chosen.items() if level},  # type: ignore[misc]
        allows_md5="allows_md5" in form,
        uses_salts_once="uses_salts_once" in form,
    )


def describe(credential: Credential) -> NewCredential:
    """Return what an administrator may change of a credential."""
    return NewCredential(**{name: getattr(credential, name) for name in NewCredential.__struct_fields__})


def for_administrators(show: Show) -> Show:
    """Show a page to administrators, and say to others that it is not for them."""

    async def answer(view: View) -> Response:
        if view.user is None or not view.user.is_administrator:
            return view.render("problem.html", 403, text=view.translate("This page is for administrators."))
        try:
            return await show(view)
        except CredentialNotFound:
            return view.render("problem.html", 404, text=view.translate("There is no such credential."))

    return answer


class CredentialPages:
    """The pages of credentials."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._failures = Limiter(FAILURES, FAILURE_SECONDS)

    async def _find(self, view: View) -> Credential:
        async with self._courtyard.database.read() as tx:
            return await core.find_credential(tx, view.path_parameters["key_id"])

    async def show_list(self, view: View) -> Response:
        """Show all credentials."""
        async with self._courtyard.database.read() as tx:
            found = await core.list_credentials(tx)
        rows = [{"credential": one, "used_at": describe_time(one.used_at)} for one in found]
        return view.render("credentials.html", rows=rows)

    async def show_new(self, view: View) -> Response:
        """Show the form of a new credential, or make it and show its keys."""
        shown, problem = NewCredential(title=""), ""
        if view.is_sent:
            try:
                shown = read_credential(view.form)
                credential, secret = await core.create_credential(self._courtyard, shown)
                return view.render("credential_secret.html", credential=credential, secret=secret)
            except InvalidParameter as refusal:
                problem = describe_problem(view, refusal)
        return self._form(view, "credential_new.html", shown, problem)

    async def show_settings(self, view: View) -> Response:
        """Show and change a credential."""
        credential = await self._find(view)
        shown, problem = describe(credential), ""
        if view.is_sent:
            try:
                shown = read_credential(view.form)
                await core.change_credential(self._courtyard, credential.key_id, shown)
                return redirect(f"/credentials/{credential.key_id}?saved=1")
            except InvalidParameter as refusal:
                problem = describe_problem(view, refusal)
        return self._form(
            view,
            "credential_settings.html",
            shown,
            problem,
            credential=credential,
            is_saved="saved" in view.asked.query,
        )

    @staticmethod
    def _form(view: View, template: str, shown: NewCredential, problem: str, **values: Any) -> Response:
        return view.render(
            template,
            400 if problem else 200,
            shown=shown,
            problem=problem,
            levels=[(level, LEVEL_WORDS[level]) for level in LEVELS],
            sections=list(SECTION_WORDS.items()),
            secrets=SECRETS,
            **values,
        )

    async def show_secret(self, view: View) -> Response:
        """Show the shared secret, or a new one, to who has typed the password."""
        assert view.user is not None
        credential, user_id = await self._find(view), view.user.id
        if not view.is_sent:
            return view.render("credential_secret.html", credential=credential)
        try:
            self._failures.look(str(user_id))
            await check_password(self._courtyard, user_id, view.form.get("password", ""))
        except TooManyCalls:
            text = view.translate("Too many attempts. Try again later.")
            return view.render("credential_secret.html", 429, credential=credential, problem=text)
        except WrongCredentials:
            self._failures.check(str(user_id))
            text = view.translate("The password is wrong.")
            return view.render("credential_secret.html", 403, credential=credential, problem=text)
        if "rotate" in view.form:
            secret = await core.rotate_secret(self._courtyard, credential.key_id)
        else:
            secret = core.reveal_secret(self._courtyard, credential)
        return view.render("credential_secret.html", credential=credential, secret=secret)

    async def show_statistics(self, view: View) -> Response:
        """Show the calls of the last thirty days, by day and by action."""
        credential, now = await self._find(view), self._courtyard.now
        async with self._courtyard.database.read() as tx:
            days = await core.list_credential_days(tx, credential.key_id, now, DAYS_SHOWN)
        return view.render(
            "credential_statistics.html",
            credential=credential,
            used_at=describe_time(credential.used_at),
            charts=[
                draw_chart(title, sum_days(days, name, now))
                for name, title in (("calls", "Calls"), ("errors", "Errors"))
            ],
            actions=sum_actions(days),
            width=CHART_WIDTH,
            height=CHART_HEIGHT,
        )

    async def show_hooks(self, view: View) -> Response:
        """Show and change the addresses that are told of users."""
        credential, problem = await self._find(view), ""
        async with self._courtyard.database.read() as tx:
            shown = await list_hooks(tx, credential.key_id)
        if view.is_sent:
            shown = {event: list(dict.fromkeys(view.form.get(event, "").split())) for event in HOOK_EVENTS}
            try:
                await set_hooks(self._courtyard, credential.key_id, shown)
                return redirect(f"/credentials/{credential.key_id}/hooks?saved=1")
            except InvalidParameter as refusal:
                problem = f"{view.translate(HOOK_WORDS[refusal.name])}: {refusal.reason}"
        return view.render(
            "credential_hooks.html",
            400 if problem else 200,
            credential=credential,
            shown=shown,
            events=list(HOOK_WORDS.items()),
            problem=problem,
            is_saved="saved" in view.asked.query,
        )

    async def show_delete(self, view: View) -> Response:
        """Delete a credential, after a second look."""
        credential = await self._find(view)
        if not view.is_sent:
            return view.render("credential_delete.html", credential=credential)
        await core.remove_credential(self._courtyard, credential.key_id)
        return redirect("/credentials")


def describe_problem(view: View, refusal: InvalidParameter) -> str:
    """Return what is wrong with a field, in words."""
    return f"{view.translate(FIELD_WORDS[refusal.name])}: {refusal.reason}"


def describe_time(at: int) -> str:
    """Return a time as `2026-11-21 08:15`, empty for none."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") if at else ""


def sum_days(days: list[CredentialDay], name: str, now: int) -> list[tuple[str, int]]:
    """Return the date and the sum of each of the last days, also of those on which nothing happened."""
    sums: Counter[int] = Counter()
    for one in days:
        sums[one.day] += getattr(one, name)
    today = now // DAY
    shown = range(today - DAYS_SHOWN + 1, today + 1)
    return [(datetime.fromtimestamp(day * DAY, UTC).date().isoformat(), sums[day]) for day in shown]


def sum_actions(days: list[CredentialDay]) -> list[tuple[str, int, int]]:
    """Return the calls and errors of each action, the most called first."""
    calls: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for one in days:
        calls[one.action] += one.calls
        errors[one.action] += one.errors
    return [(action, count, errors[action]) for action, count in calls.most_common()]
