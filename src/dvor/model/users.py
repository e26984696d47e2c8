"""Users: who they are and how they present themselves."""

from typing import Literal

from msgspec import Struct, field

from dvor.model.biographies import Biography

ONLINE_SECONDS = 300
"""Seen this recently means online (OpenVK's own figure)."""

Deactivated = Literal["deleted", "banned"]


class Access:
    """Who may do something to a person: the values of OpenVK's privacy settings."""

    NOBODY = 0
    FRIENDS = 1
    EVERYONE = 3


class Platform:
    """VK's numbers for the device of the last visit."""

    MOBILE_SITE = 1
    IPHONE = 2
    IPAD = 3
    ANDROID = 4
    WINDOWS_PHONE = 5
    WINDOWS = 6
    SITE = 7


class Details(Struct, frozen=True, omit_defaults=True):
    """What a person tells about himself, in his own words; every part may be missing."""

    about: str = ""
    activities: str = ""
    interests: str = ""
    music: str = ""
    movies: str = ""
    tv: str = ""
    books: str = ""
    games: str = ""
    quotes: str = ""
    site: str = ""
    mobile_phone: str = ""
    home_phone: str = ""
    university: int = 0
    university_name: str = ""
    faculty: int = 0
    faculty_name: str = ""
    graduation: int = 0
    timezone: int = 0
    biography: Biography = Biography()


class User(Struct, frozen=True):
    """A user as stored, together with the last visit.

    `birth_date` is ISO (`1990-04-12`); its visibility 0 hidden, 1 whole, 2 without the year.  `avatar` maps the
    side of a square (`"50"` … `"max"`) to a kept file.  Times are Unix seconds.
    """

    id: int
    first_name: str
    last_name: str
    nickname: str
    maiden_name: str
    screen_name: str | None
    sex: int
    birth_date: str | None
    birth_date_visibility: int
    home_town: str
    city_id: int
    city: str
    country_id: int
    country: str
    status: str
    relation: int
    is_closed: bool
    is_verified: bool
    is_administrator: bool
    deactivated: Deactivated | None
    wall_access: int
    message_access: int
    avatar: dict[str, str]
    details: Details
    created_at: int
    seen_at: int | None
    platform: int | None
    is_offline: bool | None

    def is_online(self, now: int) -> bool:
        """Say whether the user counts as present at the Unix time `now`."""
        return self.seen_at is not None and not self.is_offline and now - self.seen_at < ONLINE_SECONDS


class PersonalData(Struct, frozen=True, kw_only=True):
    """What a person may change of himself; the members are those of `User`."""

    first_name: str
    last_name: str
    nickname: str = ""
    maiden_name: str = ""
    screen_name: str | None = None
    sex: int = 0
    birth_date: str | None = None
    birth_date_visibility: int = 1
    home_town: str = ""
    city_id: int = 0
    city: str = ""
    country_id: int = 0
    country: str = ""
    status: str = ""
    relation: int = 0
    is_closed: bool = False
    wall_access: int = Access.EVERYONE
    message_access: int = Access.EVERYONE
    details: Details = Details()


class NewUser(PersonalData, frozen=True, kw_only=True):
    """What is needed to make a user; everything but the names has a default that the person may change later."""

    is_verified: bool = False
    is_administrator: bool = False
    deactivated: Deactivated | None = None
    avatar: dict[str, str] = field(default_factory=dict)


def personal_data(user: User) -> PersonalData:
    """Return what a person may change, as it is now."""
    return PersonalData(**{name: getattr(user, name) for name in PersonalData.__struct_fields__})


class UserCounters(Struct, frozen=True):
    """How many of each a user has."""

    user_id: int
    friends: int
    online_friends: int
    followers: int
    subscriptions: int
    photos: int
    posts: int
    groups: int = 0
    albums: int = 0
    mutual_friends: int = 0
    user_photos: int = 0
    new_photo_tags: int = 0
