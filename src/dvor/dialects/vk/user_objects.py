"""How VK and OpenVK draw a user."""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, UnsetType

from dvor.core.courtyard import Courtyard
from dvor.core.privacy import Person
from dvor.dialects.vk.biography_objects import (
    BIOGRAPHY,
    CONNECTIONS,
    JobObject,
    Occupation,
    SchoolObject,
    ServiceObject,
    UniversityObject,
)
from dvor.dialects.vk.name_cases import CASES, NameCase, decline_user
from dvor.methods.declaration import Call
from dvor.model.friends import Friendship
from dvor.model.privacy import may_write
from dvor.model.users import Platform, User, UserCounters

Flag = bool | int
"""VK says true and false where OpenVK says 1 and 0, and the other way round."""

AVATAR_FIELDS = {
    "photo": "50",
    "photo_50": "50",
    "photo_100": "100",
    "photo_medium": "100",
    "photo_200": "200",
    "photo_big": "200",
    "photo_200_orig": "200",
    "photo_rec": "50",
    "photo_medium_rec": "100",
    "photo_400": "400",
    "photo_400_orig": "400",
    "photo_max": "max",
    "photo_max_orig": "max",
}
DETAIL_FIELDS = (
    "about",
    "activities",
    "interests",
    "music",
    "movies",
    "tv",
    "books",
    "games",
    "quotes",
    "site",
)
EDUCATION_FIELDS = ("university", "university_name", "faculty", "faculty_name", "graduation")


class Place(Struct, frozen=True):
    """A city or a country."""

    id: int
    title: str


class LastSeen(Struct, frozen=True):
    """The last visit: Unix time and VK's number of the device."""

    time: int
    platform: int


class OnlineInfo(Struct, frozen=True):
    """Presence in VK's longer form."""

    visible: bool
    is_online: bool
    is_mobile: bool
    last_seen: int


class Counters(Struct, frozen=True):
    """How many of each a user has, as far as the viewer may know."""

    friends: int
    online_friends: int
    followers: int
    subscriptions: int
    photos: int
    posts: int
    albums: int = 0
    videos: int = 0
    audios: int = 0
    notes: int = 0
    groups: int = 0
    gifts: int = 0
    pages: int = 0
    mutual_friends: int = 0
    user_photos: int = 0
    new_photo_tags: int = 0


class UserObject(Struct, frozen=True, omit_defaults=True):
    """A user; beyond the first members each is there only when it was asked for and the viewer may see it."""

    id: int
    first_name: str
    last_name: str
    deactivated: str | UnsetType = UNSET
    is_closed: Flag | UnsetType = UNSET
    can_access_closed: Flag | UnsetType = UNSET
    online: int | UnsetType = UNSET
    online_mobile: int | UnsetType = UNSET
    online_info: OnlineInfo | UnsetType = UNSET
    last_seen: LastSeen | UnsetType = UNSET
    sex: int | UnsetType = UNSET
    nickname: str | UnsetType = UNSET
    maiden_name: str | UnsetType = UNSET
    screen_name: str | UnsetType = UNSET
    domain: str | UnsetType = UNSET
    bdate: str | UnsetType = UNSET
    bdate_visibility: int | UnsetType = UNSET
    city: Place | UnsetType = UNSET
    country: Place | UnsetType = UNSET
    home_town: str | UnsetType = UNSET
    timezone: int | UnsetType = UNSET
    photo: str | UnsetType = UNSET
    photo_50: str | UnsetType = UNSET
    photo_100: str | UnsetType = UNSET
    photo_200: str | UnsetType = UNSET
    photo_200_orig: str | UnsetType = UNSET
    photo_400: str | UnsetType = UNSET
    photo_400_orig: str | UnsetType = UNSET
    photo_max: str | UnsetType = UNSET
    photo_max_orig: str | UnsetType = UNSET
    photo_medium: str | UnsetType = UNSET
    photo_big: str | UnsetType = UNSET
    photo_rec: str | UnsetType = UNSET
    photo_medium_rec: str | UnsetType = UNSET
    photo_id: str | UnsetType = UNSET
    crop_photo: dict[str, Any] | UnsetType = UNSET
    has_photo: int | UnsetType = UNSET
    verified: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    activity: str | UnsetType = UNSET
    activities: str | UnsetType = UNSET
    about: str | UnsetType = UNSET
    interests: str | UnsetType = UNSET
    music: str | UnsetType = UNSET
    movies: str | UnsetType = UNSET
    tv: str | UnsetType = UNSET
    books: str | UnsetType = UNSET
    games: str | UnsetType = UNSET
    quotes: str | UnsetType = UNSET
    site: str | UnsetType = UNSET
    has_mobile: int | UnsetType = UNSET
    mobile_phone: str | UnsetType = UNSET
    home_phone: str | UnsetType = UNSET
    university: int | UnsetType = UNSET
    university_name: str | UnsetType = UNSET
    faculty: int | UnsetType = UNSET
    faculty_name: str | UnsetType = UNSET
    graduation: int | UnsetType = UNSET
    occupation: Occupation | UnsetType = UNSET
    universities: list[UniversityObject] | UnsetType = UNSET
    schools: list[SchoolObject] | UnsetType = UNSET
    career: list[JobObject] | UnsetType = UNSET
    military: list[ServiceObject] | UnsetType = UNSET
    relatives: list[dict[str, str]] | UnsetType = UNSET
    personal: dict[str, Any] | UnsetType = UNSET
    skype: str | UnsetType = UNSET
    telegram: str | UnsetType = UNSET
    facebook: str | UnsetType = UNSET
    twitter: str | UnsetType = UNSET
    livejournal: str | UnsetType = UNSET
    instagram: str | UnsetType = UNSET
    relation: int | UnsetType = UNSET
    relation_partner: dict[str, Any] | UnsetType = UNSET
    counters: Counters | UnsetType = UNSET
    followers_count: int | UnsetType = UNSET
    reg_date: int | UnsetType = UNSET
    can_post: int | UnsetType = UNSET
    can_see_all_posts: int | UnsetType = UNSET
    can_see_audio: int | UnsetType = UNSET
    can_write_private_message: int | UnsetType = UNSET
    can_send_friend_request: int | UnsetType = UNSET
    is_friend: int | UnsetType = UNSET
    friend_status: int | UnsetType = UNSET
    blacklisted: int | UnsetType = UNSET
    blacklisted_by_me: int | UnsetType = UNSET
    is_hidden_from_feed: int | UnsetType = UNSET
    is_favorite: int | UnsetType = UNSET
    common_count: int | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    lists: list[int] | UnsetType = UNSET
    email: str | UnsetType = UNSET
    first_name_nom: str | UnsetType = UNSET
    first_name_gen: str | UnsetType = UNSET
    first_name_dat: str | UnsetType = UNSET
    first_name_acc: str | UnsetType = UNSET
    first_name_ins: str | UnsetType = UNSET
    first_name_abl: str | UnsetType = UNSET
    last_name_nom: str | UnsetType = UNSET
    last_name_gen: str | UnsetType = UNSET
    last_name_dat: str | UnsetType = UNSET
    last_name_acc: str | UnsetType = UNSET
    last_name_ins: str | UnsetType = UNSET
    last_name_abl: str | UnsetType = UNSET


CASE_FIELDS = {
    f"{part}_name_{case}": (place, case) for place, part in enumerate(("first", "last")) for case in CASES
}
"""Members that are a name in a case: which of the two names, and the case."""
PROFILE_FIELDS = frozenset({"sex", "screen_name", "photo_50", "photo_100", "online", "verified"})
"""What the `profiles` beside a list hold when nothing else is asked for."""


Getter = Callable[["UserDrawing", Person], Any]
"""Finds a member of a user; UNSET leaves it out."""


def _picture(size: str) -> Getter:
    return lambda drawing, one: drawing.avatar(one.user, size)


def _detail(name: str) -> Getter:
    return lambda _, one: getattr(one.user.details, name)


def _phone(name: str) -> Getter:
    # a number is for friends, also where the profile is open to everybody
    return lambda _, one: getattr(one.user.details, name) if one.shows_friends_only else UNSET


def _name(_: "UserDrawing", one: Person) -> str:
    return one.user.screen_name or f"id{one.user.id}"


def _in_case(place: int, case: NameCase) -> Getter:
    return lambda _, one: decline_user(one.user, case)[place]


def _may_be_asked(_: "UserDrawing", one: Person) -> int:
    is_new = one.relation.friendship in (Friendship.NONE, Friendship.FOLLOWED)
    return int(not one.is_self and not one.relation.blocks_viewer and is_new)


def _place(place_id: int, title: str) -> Place | UnsetType:
    return Place(place_id, title) if title else UNSET


def _is_mobile(user: User) -> bool:
    return user.platform is not None and user.platform < Platform.WINDOWS


def _online_mobile(drawing: "UserDrawing", one: Person) -> int | UnsetType:
    user = one.user
    return UNSET if user.seen_at is None else int(user.is_online(drawing.now) and _is_mobile(user))


def _last_seen(_: "UserDrawing", one: Person) -> LastSeen | UnsetType:
    user = one.user
    return UNSET if user.seen_at is None else LastSeen(user.seen_at, user.platform or Platform.SITE)


def _online_info(drawing: "UserDrawing", one: Person) -> OnlineInfo | UnsetType:
    user = one.user
    if user.seen_at is None:
        return UNSET
    return OnlineInfo(True, user.is_online(drawing.now), _is_mobile(user), user.seen_at)


PUBLIC: dict[str, Getter] = {
    "online": lambda drawing, one: int(one.user.is_online(drawing.now)),
    "online_mobile": _online_mobile,
    "last_seen": _last_seen,
    "online_info": _online_info,
    **{name: _picture(size) for name, size in AVATAR_FIELDS.items()},
    **{name: _in_case(place, case) for name, (place, case) in CASE_FIELDS.items()},
    "sex": lambda _, one: one.user.sex,
    "nickname": lambda _, one: one.user.nickname,
    "maiden_name": lambda _, one: one.user.maiden_name,
    "screen_name": _name,
    "domain": _name,
    "has_photo": lambda _, one: int(bool(one.user.avatar)),
    "verified": lambda _, one: int(one.user.is_verified),
    "status": lambda drawing, one: one.user.status if one.user.status or drawing.is_versioned else UNSET,
    "is_friend": lambda _, one: int(one.relation.friendship is Friendship.FRIENDS),
    "friend_status": lambda _, one: int(one.relation.friendship),
    "blacklisted": lambda _, one: int(one.relation.blocks_viewer),
    "blacklisted_by_me": lambda _, one: int(one.relation.blocked_by_viewer),
    "can_post": lambda _, one: int(one.takes_posts),
    "can_see_all_posts": lambda _, one: int(one.is_open),
    "can_see_audio": lambda _, one: int(one.is_open),
    "can_write_private_message": lambda _, one: int(may_write(one.user, one.relation)),
    "can_send_friend_request": _may_be_asked,
}
"""What everybody sees who sees the user at all."""
PRIVATE: dict[str, Getter] = {
    **{name: _detail(name) for name in (*DETAIL_FIELDS, *EDUCATION_FIELDS)},
    **BIOGRAPHY,
    "mobile_phone": _phone("mobile_phone"),
    "home_phone": _phone("home_phone"),
    "city": lambda _, one: _place(one.user.city_id, one.user.city),
    "country": lambda _, one: _place(one.user.country_id, one.user.country),
    "bdate": lambda drawing, one: draw_birth_date(one.user, padded=not drawing.is_versioned) or UNSET,
    "bdate_visibility": lambda _, one: one.user.birth_date_visibility,
    "home_town": lambda _, one: one.user.home_town,
    "timezone": lambda _, one: one.user.details.timezone,
    "activity": lambda _, one: one.user.status,
    "has_mobile": lambda _, one: int(bool(one.user.details.mobile_phone)),
    "relation": lambda _, one: one.user.relation,
    "reg_date": lambda _, one: one.user.created_at,
}
"""What a closed profile hides."""
TOGETHER = {
    "education": EDUCATION_FIELDS,
    "contacts": ("mobile_phone", "home_phone"),
    "connections": CONNECTIONS,
    "bdate": ("bdate", "bdate_visibility"),
    "bdate_visibility": ("bdate", "bdate_visibility"),
    **dict.fromkeys(EDUCATION_FIELDS, EDUCATION_FIELDS),
}
"""Fields that bring several members with them."""
ASKED_ONLY = frozenset({"mobile_phone", "home_phone"})
"""Members that come with `contacts` alone."""
MAX_KEPT_FIELDS = 1000
"""Characters of a list of fields whose plan is kept for the next call."""


class _Plan(NamedTuple):
    """What some fields ask for: the fields, the getters of what everybody sees, and these with those of the rest."""

    fields: frozenset[str]
    public: list[tuple[str, Getter]]
    all: list[tuple[str, Getter]]


def _plan(names: tuple[str, ...], is_versioned: bool) -> _Plan:
    fields = frozenset(names)
    wanted = {*(fields - ASKED_ONLY), *(name for one in fields for name in TOGETHER.get(one, ()))}
    if not is_versioned:
        wanted.add("online")
    public = [(name, PUBLIC[name]) for name in sorted(wanted & PUBLIC.keys())]
    if "online" in fields and "online_mobile" not in fields:
        # unasked it comes only where it says yes
        public.append(("online_mobile", lambda drawing, one: _online_mobile(drawing, one) or UNSET))
    return _Plan(fields, public, public + [(name, PRIVATE[name]) for name in sorted(wanted & PRIVATE.keys())])


_known_plan = lru_cache(1024)(_plan)
"""Clients ask for the same fields again and again."""


class UserDrawing:
    """Draws users for one call: where pictures are, what time it is, which form is wanted, which fields and case."""

    def __init__(self, call: Call, fields: Collection[str], name_case: NameCase = "nom") -> None:
        self._courtyard: Courtyard = call.courtyard
        self.now: int = call.now
        self._case = name_case
        self.is_versioned: bool = call.is_versioned
        # what is kept must be short
        find = _known_plan if sum(map(len, fields)) <= MAX_KEPT_FIELDS else _plan
        self.fields, self._public, self._all = find(tuple(fields), call.is_versioned)

    def draw(self, person: Person, counters: UserCounters | None = None, **extra: Any) -> UserObject:
        """Return a user as the viewer may see him."""
        user = person.user
        if user.deactivated == "deleted":
            return UserObject(user.id, "DELETED", "", deactivated="deleted", **extra)
        if user.deactivated:
            return UserObject(user.id, user.first_name, user.last_name, deactivated=user.deactivated, **extra)
        is_open = person.is_open
        first_name, last_name = user.first_name, user.last_name
        if self._case != "nom":
            first_name, last_name = decline_user(user, self._case)
        drawn = {name: get(self, person) for name, get in (self._all if is_open else self._public)}
        if is_open and counters is not None:
            self._add_counters(drawn, counters)
        if extra:
            drawn |= extra
        return UserObject(
            user.id,
            first_name,
            last_name,
            is_closed=user.is_closed if self.is_versioned else int(user.is_closed),
            can_access_closed=is_open if self.is_versioned else int(is_open),
            **drawn,
        )

    def avatar(self, user: User, size: str) -> str:
        """Return the address of a user's picture."""
        kept = user.avatar.get(size) or user.avatar.get("max")
        return self._courtyard.file_url(kept) if kept else f"{self._courtyard.public_url}/static/camera.png"

    def _add_counters(self, drawn: dict[str, Any], counters: UserCounters) -> None:
        if not self.fields.isdisjoint(("counters", "correct_counters")):
            drawn["counters"] = Counters(
                friends=counters.friends,
                online_friends=counters.online_friends,
                followers=counters.followers,
                subscriptions=counters.subscriptions,
                photos=counters.photos,
                albums=counters.albums,
                posts=counters.posts,
                groups=counters.groups,
                mutual_friends=counters.mutual_friends,
                user_photos=counters.user_photos,
                new_photo_tags=counters.new_photo_tags,
            )
        if "followers_count" in self.fields:
            drawn["followers_count"] = counters.followers


def draw_birth_date(user: User, *, padded: bool) -> str:
    """Return the birth date as its owner shows it: `1.4.1990` (VK), `01.04.1990` (OpenVK), or without the year."""
    if not user.birth_date or not user.birth_date_visibility:
        return ""
    year, month, day = user.birth_date.split("-")
    parts = [day, month] if padded else [day.lstrip("0"), month.lstrip("0")]
    return ".".join([*parts, year] if user.birth_date_visibility == 1 else parts)
