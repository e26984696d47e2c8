"""`/settings/biography`: education, work, service, relatives, views and pages elsewhere."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from starlette.responses import Response

from dvor.methods.http import redirect
from dvor.model.biographies import MAX_ENTRIES, Biography, Job, Pages, Relative, School, Service, University
from dvor.model.errors import InvalidParameter
from dvor.model.users import personal_data
from dvor.web.pages import View
from dvor.web.profile import describe_problem, read_number, save

ENTRIES: dict[str, type[Struct]] = {
    "universities": University,
    "schools": School,
    "career": Job,
    "military": Service,
    "relatives": Relative,
}
TITLES = {
    "universities": "Further universities",
    "schools": "Schools",
    "career": "Work",
    "military": "Military service",
    "relatives": "Relatives",
}
WORDS = {
    "faculty_name": "Faculty",
    "chair_name": "Chair",
    "education_form": "Form of education",
    "education_status": "Degree",
    "graduation": "Year of graduation",
    "speciality": "Speciality",
    "form": "Class",
    "year_from": "From the year",
    "year_to": "To the year",
    "year_graduated": "Year of graduation",
    "company": "Where",
    "position": "Position",
    "city_name": "City",
    "unit": "Unit",
    "name": "Name",
}
RELATIVES = {
    "parent": "parent",
    "child": "child",
    "grandparent": "grandparent",
    "grandchild": "grandchild",
    "sibling": "brother or sister",
}
VIEWS = {
    "political": (
        "Political views",
        "communist|socialist|moderate|liberal|conservative|monarchist|ultraconservative|indifferent|libertarian",
    ),
    "people_main": (
        "What matters in people",
        "mind and creativity|kindness and honesty|health and beauty|wealth and power|courage and persistence"
        "|humour and love of life",
    ),
    "life_main": (
        "What matters in life",
        "family and children|career and money|entertainment and leisure|science and research"
        "|making the world better|personal growth|beauty and art|fame and influence",
    ),
    "smoking": ("Smoking", "very negative|negative|tolerant|neutral|positive"),
    "alcohol": ("Alcohol", "very negative|negative|tolerant|neutral|positive"),
}


def read_biography(form: Mapping[str, str], before: Biography) -> Biography:
    """Return what the form says; an entry without its first field is gone."""
    lists: dict[str, Any] = {}
    for kind, made in ENTRIES.items():
        entries = [_read_entry(form, f"{kind}-{place}", made) for place in range(MAX_ENTRIES + 1)]
        lists[kind] = [entry for entry in entries if entry is not None]
    views = {name: read_number(form.get(name, "0")) for name in VIEWS}
    langs = [one.strip() for one in form.get("langs", "").split(",") if one.strip()]
    words = {name: form.get(name, "").strip() for name in ("religion", "inspired_by")}
    pages = Pages(**{name: form.get(name, "").strip() for name in Pages.__struct_fields__})
    said = msgspec.structs.replace(before.views, langs=langs, **words, **views)
    return msgspec.structs.replace(before, **lists, views=said, pages=pages)


def _read_entry(form: Mapping[str, str], prefix: str, made: type[Struct]) -> Struct | None:
    values: dict[str, Any] = {}
    for name, kind in made.__annotations__.items():
        text = form.get(f"{prefix}-{name}", "").strip()
        values[name] = read_number(text or "0") if kind is int else text
    if not next(iter(values.values())):
        return None
    if made is Relative and values["type"] not in RELATIVES:
        raise InvalidParameter("relatives", "is no choice")
    return made(**values)


def _fields(made: type[Struct]) -> list[tuple[str, str, str]]:
    """Return the fields of an entry: name, kind of input, words."""
    title = {University: "University", School: "School"}.get(made)
    return [
        (name, "number" if kind is int else "text", title if title and name == "name" else WORDS[name])
        for name, kind in made.__annotations__.items()
        if name in WORDS
    ]


def _draw(view: View, shown: Biography, problem: str = "") -> Response:
    blocks = []
    for kind, made in ENTRIES.items():
        entries = [msgspec.structs.asdict(one) for one in getattr(shown, kind)]
        blank: list[dict[str, Any]] = [{}] if len(entries) < MAX_ENTRIES else []
        blocks.append((kind, TITLES[kind], _fields(made), [*entries, *blank]))
    choices = [
        (name, words, getattr(shown.views, name), [(0, "not said"), *enumerate(texts.split("|"), 1)])
        for name, (words, texts) in VIEWS.items()
    ]
    return view.render(
        "biography.html",
        400 if problem else 200,
        shown=shown,
        blocks=blocks,
        choices=choices,
        relatives=RELATIVES.items(),
        pages=[(name, name.capitalize(), getattr(shown.pages, name)) for name in Pages.__struct_fields__],
        problem=problem,
        is_saved="saved" in view.asked.query and not problem,
    )


async def show(view: View) -> Response:
    """Show the form, or store it."""
    assert view.user is not None
    before = personal_data(view.user)
    biography = before.details.biography
    if not view.is_sent:
        return _draw(view, biography)
    try:
        biography = read_biography(view.form, biography)
        details = msgspec.structs.replace(before.details, biography=biography)
        await save(view, msgspec.structs.replace(before, details=details))
    except InvalidParameter as refusal:
        return _draw(view, biography, describe_problem(view, refusal))
    return redirect("/settings/biography?saved")
