"""How VK draws what a person tells of his life (the user object's education, work, service, views and connections)."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.privacy import Person
from dvor.model.biographies import Job, School, Service, University
from dvor.model.users import Details


class UniversityObject(Struct, frozen=True, omit_defaults=True):
    """Where a person studied; there is no list of universities, so that most have no number (0)."""

    id: int
    name: str
    faculty: int = 0
    faculty_name: str = ""
    chair_name: str = ""
    graduation: int = 0
    education_form: str = ""
    education_status: str = ""


class SchoolObject(Struct, frozen=True, omit_defaults=True, rename={"form": "class"}):
    """Where a person went to school."""

    name: str
    speciality: str = ""
    form: str = ""
    year_from: int = 0
    year_to: int = 0
    year_graduated: int = 0


class JobObject(Struct, frozen=True, omit_defaults=True, rename={"since": "from"}):
    """Where a person works, or has worked until a year."""

    company: str
    position: str = ""
    city_name: str = ""
    since: int = 0
    until: int = 0


class ServiceObject(Struct, frozen=True, omit_defaults=True, rename={"since": "from"}):
    """Where a person served; there is no list of units, so that each has the number 0."""

    unit: str
    unit_id: int
    since: int | UnsetType = UNSET
    until: int | UnsetType = UNSET


class Occupation(Struct, frozen=True, omit_defaults=True):
    """What a person does: works, or studied somewhere."""

    type: str
    name: str
    id: int | UnsetType = UNSET


def _draw_universities(details: Details) -> list[UniversityObject]:
    main = UniversityObject(
        details.university,
        details.university_name,
        details.faculty,
        details.faculty_name,
        graduation=details.graduation,
    )
    return [main] * bool(details.university_name) + [
        _draw_university(one) for one in details.biography.universities
    ]


def _draw_university(one: University) -> UniversityObject:
    return UniversityObject(
        0,
        one.name,
        faculty_name=one.faculty_name,
        chair_name=one.chair_name,
        graduation=one.graduation,
        education_form=one.education_form,
        education_status=one.education_status,
    )


def _draw_school(one: School) -> SchoolObject:
    return SchoolObject(**{name: getattr(one, name) for name in one.__struct_fields__})


def _draw_job(one: Job) -> JobObject:
    return JobObject(one.company, one.position, one.city_name, one.year_from, one.year_to)


def _draw_service(one: Service) -> ServiceObject:
    return ServiceObject(one.unit, 0, one.year_from or UNSET, one.year_to or UNSET)


def _draw_views(details: Details) -> dict[str, Any]:
    views = details.biography.views
    said = {name: getattr(views, name) for name in views.__struct_fields__}
    return {name: value for name, value in said.items() if value}


def _draw_occupation(details: Details) -> Occupation | UnsetType:
    job = details.biography.current_job
    if job is not None:
        return Occupation("work", job.company)
    if details.university_name:
        return Occupation("university", details.university_name, details.university)
    schools = details.biography.schools
    return Occupation("school", schools[0].name) if schools else UNSET


CONNECTIONS = ("skype", "facebook", "twitter", "livejournal", "instagram")
"""What the field `connections` brings (VK)."""
PARTS: dict[str, Callable[[Details], Any]] = {
    "universities": _draw_universities,
    "schools": lambda details: [_draw_school(one) for one in details.biography.schools],
    "career": lambda details: [_draw_job(one) for one in details.biography.career],
    "military": lambda details: [_draw_service(one) for one in details.biography.military],
    "relatives": lambda details: [
        {"type": one.type, "name": one.name} for one in details.biography.relatives
    ],
    "personal": _draw_views,
    "occupation": _draw_occupation,
}


def _part(name: str) -> Callable[[Any, Person], Any]:
    draw = PARTS[name]
    return lambda _, one: draw(one.user.details)


def _page(name: str) -> Callable[[Any, Person], Any]:
    return lambda _, one: getattr(one.user.details.biography.pages, name) or UNSET


BIOGRAPHY = {name: _part(name) for name in PARTS} | {name: _page(name) for name in (*CONNECTIONS, "telegram")}
"""The members of a user that are drawn here."""
