"""`/settings/profile` and `/settings/photo`: what a person tells, and to whom."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from dvor.core.profiles import change_avatar, change_personal_data, drop_avatar
from dvor.methods.http import redirect
from dvor.model.errors import InvalidParameter, InvalidPicture, LoginTaken, QuotaExceeded, Refusal
from dvor.model.users import Access, PersonalData, User, personal_data
from dvor.web.pages import View

SEXES = {0: "not said", 1: "female", 2: "male"}
VISIBILITIES = {1: "the whole date", 2: "day and month", 0: "nobody"}
RELATIONS = {
    0: "not said",
    1: "single",
    2: "in a relationship",
    3: "engaged",
    4: "married",
    5: "it is complicated",
    6: "actively searching",
    7: "in love",
    8: "in a civil union",
}
ACCESSES = {Access.EVERYONE: "everybody", Access.FRIENDS: "friends", Access.NOBODY: "nobody but me"}
FIELD_PROBLEMS = {
    "first_name": "Write your first name, in at most 64 characters.",
    "last_name": "Write your last name, in at most 64 characters.",
    "screen_name": "A short name has 2 to 32 small letters, digits, dots and underscores, and begins with a letter.",
    "birth_date": "This is no date of birth.",
    "site": "The address of a website begins with http:// or https://.",
    "graduation": "This is no year of graduation.",
}
OTHER_PROBLEM = "Something here is too long or no choice."
PROBLEMS: dict[type[Refusal], str] = {
    LoginTaken: "This short name is another's.",
    InvalidPicture: "This is no picture that can be read: JPEG, PNG, GIF, WebP or BMP.",
    QuotaExceeded: "Your space for files is used up.",
}
TEXTS = ("first_name", "last_name", "nickname", "maiden_name", "home_town", "city", "country", "status")
DETAILS = ("mobile_phone", "home_phone", "site", "university_name", "faculty_name", "about", "interests")
NUMBERS = ("sex", "relation", "birth_date_visibility")


def read_number(text: str) -> int:
    """Return a number of a form; -1 for what is none, which no rule lets through."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else -1


def read_profile(form: Mapping[str, str], before: PersonalData) -> PersonalData:
    """Return what the form says; what it does not hold stays, and a number goes with the name that it stood for."""
    values = {name: form[name].strip() for name in TEXTS if name in form}
    numbers = {name: read_number(form[name]) for name in NUMBERS if name in form}
    details = {name: form[name].strip() for name in DETAILS if name in form}
    more = {"graduation": read_number(form["graduation"] or "0")} if "graduation" in form else {}
    for name, number in (("university_name", "university"), ("faculty_name", "faculty")):
        if details.get(name, getattr(before.details, name)) != getattr(before.details, name):
            more[number] = 0
    for name in ("city", "country"):
        if values.get(name, getattr(before, name)) != getattr(before, name):
            numbers[f"{name}_id"] = 0
    for name in ("birth_date", "screen_name"):
        if name in form:
            values[name] = form[name].strip().lower() or None  # type: ignore[assignment]
    return msgspec.structs.replace(
        before, **values, **numbers, details=msgspec.structs.replace(before.details, **details, **more)
    )


def describe_problem(view: View, refusal: Refusal) -> str:
    """Return a refusal in words for the person."""
    if isinstance(refusal, InvalidParameter):
        return view.translate(FIELD_PROBLEMS.get(refusal.name, OTHER_PROBLEM))
    return view.translate(PROBLEMS[type(refusal)])


def _draw(view: View, user: User, shown: PersonalData, problem: str = "") -> Response:
    kept = user.avatar.get("100") or user.avatar.get("max")
    return view.render(
        "profile.html",
        400 if problem else 200,
        shown=shown,
        photo=f"/files/{kept}" if kept else "",
        problem=problem,
        is_saved="saved" in view.asked.query and not problem,
        sexes=SEXES.items(),
        visibilities=VISIBILITIES.items(),
        relations=RELATIONS.items(),
    )


async def save(view: View, data: PersonalData) -> None:
    """Store what the person tells about himself."""
    assert view.user is not None
    user_id, now = view.user.id, view.courtyard.now
    await view.courtyard.database.write(lambda tx: change_personal_data(tx, user_id, data, now))


async def show(view: View) -> Response:
    """Show the profile's form, or store it."""
    assert view.user is not None
    shown = personal_data(view.user)
    if not view.is_sent:
        return _draw(view, view.user, shown)
    shown = read_profile(view.form, shown)
    try:
        await save(view, shown)
    except (InvalidParameter, LoginTaken) as refusal:
        return _draw(view, view.user, shown, describe_problem(view, refusal))
    return redirect("/settings/profile?saved")


async def show_photo(view: View) -> Response:
    """Take a picture."""
    assert view.user is not None
    if view.is_sent:
        try:
            await change_avatar(view.courtyard, view.user.id, view.file)
        except (InvalidPicture, QuotaExceeded) as refusal:
            return _draw(view, view.user, personal_data(view.user), describe_problem(view, refusal))
    return redirect("/settings/profile?saved" if view.is_sent else "/settings/profile")


async def show_photo_removal(view: View) -> Response:
    """Take the picture away."""
    assert view.user is not None
    user_id = view.user.id
    if view.is_sent:
        await view.courtyard.database.write(lambda tx: drop_avatar(tx, user_id))
    return redirect("/settings/profile")
