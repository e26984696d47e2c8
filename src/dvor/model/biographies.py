"""What a person tells of his life: education, work, service, views, relatives and pages elsewhere.

Numbers and their meanings are VK's (dev.vk.com, the user object).  A year of 0 is not said.
"""

from typing import Literal

from msgspec import Struct

MAX_ENTRIES = 10
"""How many universities, schools, jobs and so on a person may name, each."""
RelativeKind = Literal["parent", "child", "grandparent", "grandchild", "sibling"]
POLITICAL, PEOPLE_MAIN, LIFE_MAIN, ATTITUDE = 9, 6, 8, 5
"""The highest numbers of political views, what matters in people, what matters in life, and attitudes."""


class University(Struct, frozen=True, omit_defaults=True):
    """Where a person studied."""

    name: str
    faculty_name: str = ""
    chair_name: str = ""
    education_form: str = ""
    education_status: str = ""
    graduation: int = 0


class School(Struct, frozen=True, omit_defaults=True):
    """Where a person went to school."""

    name: str
    speciality: str = ""
    form: str = ""
    year_from: int = 0
    year_to: int = 0
    year_graduated: int = 0


class Job(Struct, frozen=True, omit_defaults=True):
    """Where a person works, or (with a last year) has worked."""

    company: str
    position: str = ""
    city_name: str = ""
    year_from: int = 0
    year_to: int = 0


class Service(Struct, frozen=True, omit_defaults=True):
    """Where a person served."""

    unit: str
    year_from: int = 0
    year_to: int = 0


class Relative(Struct, frozen=True, omit_defaults=True):
    """A relative, by name alone: nobody is named who has not said so himself."""

    name: str
    type: RelativeKind = "sibling"


class Views(Struct, frozen=True, omit_defaults=True):
    """What a person thinks, speaks and believes; 0 is not said."""

    political: int = 0
    langs: list[str] = []
    religion: str = ""
    inspired_by: str = ""
    people_main: int = 0
    life_main: int = 0
    smoking: int = 0
    alcohol: int = 0


class Pages(Struct, frozen=True, omit_defaults=True):
    """The names under which a person is found elsewhere."""

    skype: str = ""
    telegram: str = ""
    instagram: str = ""
    facebook: str = ""
    twitter: str = ""
    livejournal: str = ""


class Biography(Struct, frozen=True, omit_defaults=True):
    """All of it; every part may be missing."""

    universities: list[University] = []
    schools: list[School] = []
    career: list[Job] = []
    military: list[Service] = []
    relatives: list[Relative] = []
    views: Views = Views()
    pages: Pages = Pages()
    relation_partner_id: int = 0
    """With whom one is; shown when both say so."""

    @property
    def current_job(self) -> Job | None:
        """Return where the person works now: the first job without a last year."""
        return next((job for job in self.career if not job.year_to), None)
