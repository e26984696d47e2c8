"""How VK and OpenVK draw a user."""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.courtyard import Courtyard
from dvor.core.privacy import Person
from dvor.dialects.vk.name_cases import CASES, NameCase, decline_user
from dvor.methods.declaration import Call
from dvor.model.friends import Friendship
from dvor.model.privacy import may_post, may_write
from dvor.model.users import User, UserCounters

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
    relation: int | UnsetType = UNSET
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
    user_id: int | UnsetType = UNSET
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


class UserDrawing:
    """Draws users for one call: where pictures are, what time it is, which form is wanted, which fields and case."""

    def __init__(self, call: Call, fields: Collection[str], name_case: NameCase = "nom") -> None:
        self._case = name_case
        self._case_fields = CASE_FIELDS.keys() & set(fields)
        self._courtyard: Courtyard = call.courtyard
        self._now = call.now
        self._is_versioned = call.is_versioned
        self.fields = frozenset(fields)

    def draw(self, person: Person, counters: UserCounters | None = None, **extra: Any) -> UserObject:
        """Return a user as the viewer may see him."""
        user, fields = person.user, self.fields
        if user.deactivated == "deleted":
            return UserObject(user.id, "DELETED", "", deactivated="deleted", **extra)
        drawn: dict[str, Any] = dict(extra)
        if user.deactivated:
            return UserObject(user.id, user.first_name, user.last_name, deactivated=user.deactivated, **drawn)
        drawn["is_closed"] = self._flag(user.is_closed)
        drawn["can_access_closed"] = self._flag(person.is_open)
        if not self._is_versioned or not fields.isdisjoint(
            ("online", "online_mobile", "last_seen", "online_info")
        ):
            self._add_presence(drawn, user)
        if fields:
            self._add_public(drawn, user)
            self._add_relation(drawn, person)
            if person.is_open:
                self._add_private(drawn, user, counters)
        for name in self._case_fields:
            place, case = CASE_FIELDS[name]
            drawn[name] = decline_user(user, case)[place]
        first_name, last_name = user.first_name, user.last_name
        if self._case != "nom":
            first_name, last_name = decline_user(user, self._case)
        return UserObject(user.id, first_name, last_name, **drawn)

    def _flag(self, value: bool) -> Flag:
        return value if self._is_versioned else int(value)

    def _add_presence(self, drawn: dict[str, Any], user: User) -> None:
        is_online = user.is_online(self._now)
        if not self._is_versioned or "online" in self.fields:
            drawn["online"] = int(is_online)
        if user.seen_at is None:
            return
        is_mobile = user.platform is not None and user.platform < 6
        if "online_mobile" in self.fields or ("online" in self.fields and is_online and is_mobile):
            drawn["online_mobile"] = int(is_online and is_mobile)
        if "last_seen" in self.fields:
            drawn["last_seen"] = LastSeen(user.seen_at, user.platform or 7)
        if "online_info" in self.fields:
            drawn["online_info"] = OnlineInfo(True, is_online, is_mobile, user.seen_at)

    def _add_public(self, drawn: dict[str, Any], user: User) -> None:
        fields = self.fields
        for name in fields & AVATAR_FIELDS.keys():
            drawn[name] = self._avatar(user, AVATAR_FIELDS[name])
        name = user.screen_name or f"id{user.id}"
        values = {
            "sex": user.sex,
            "nickname": user.nickname,
            "maiden_name": user.maiden_name,
            "screen_name": name,
            "domain": name,
            "has_photo": int(bool(user.avatar)),
            "verified": int(user.is_verified),
        }
        drawn.update((name, values[name]) for name in fields & values.keys())
        if "status" in fields and (user.status or self._is_versioned):
            drawn["status"] = user.status

    def _avatar(self, user: User, size: str) -> str:
        kept = user.avatar.get(size) or user.avatar.get("max")
        return self._courtyard.file_url(kept) if kept else f"{self._courtyard.public_url}/static/camera.png"

    def _add_relation(self, drawn: dict[str, Any], person: Person) -> None:
        fields, relation = self.fields, person.relation
        is_self = relation.viewer_id == person.user.id
        friendship = relation.friendship
        values = {
            "is_friend": int(friendship is Friendship.FRIENDS),
            "friend_status": int(friendship),
            "blacklisted": int(relation.blocks_viewer),
            "blacklisted_by_me": int(relation.blocked_by_viewer),
            "can_post": int(may_post(person.user, relation)),
            "can_see_all_posts": int(person.is_open),
            "can_see_audio": int(person.is_open),
            "can_write_private_message": int(may_write(person.user, relation)),
            "can_send_friend_request": int(
                not is_self
                and not relation.blocks_viewer
                and friendship in (Friendship.NONE, Friendship.FOLLOWED)
            ),
        }
        drawn.update((name, values[name]) for name in fields & values.keys())

    def _add_private(self, drawn: dict[str, Any], user: User, counters: UserCounters | None) -> None:
        fields, details = self.fields, user.details
        for name in fields.intersection(DETAIL_FIELDS):
            drawn[name] = getattr(details, name)
        if not fields.isdisjoint(("education", *EDUCATION_FIELDS)):
            drawn.update((name, getattr(details, name)) for name in EDUCATION_FIELDS)
        if "contacts" in fields:
            drawn.update(mobile_phone=details.mobile_phone, home_phone=details.home_phone)
        if "city" in fields and user.city:
            drawn["city"] = Place(user.city_id, user.city)
        if "country" in fields and user.country:
            drawn["country"] = Place(user.country_id, user.country)
        if not fields.isdisjoint(("bdate", "bdate_visibility")):
            drawn["bdate_visibility"] = user.birth_date_visibility
            if bdate := draw_birth_date(user, padded=not self._is_versioned):
                drawn["bdate"] = bdate
        values = {
            "home_town": user.home_town,
            "timezone": details.timezone,
            "activity": user.status,
            "has_mobile": int(bool(details.mobile_phone)),
            "relation": user.relation,
            "reg_date": user.created_at,
        }
        drawn.update((name, values[name]) for name in fields & values.keys())
        if counters is not None:
            self._add_counters(drawn, counters)

    def _add_counters(self, drawn: dict[str, Any], counters: UserCounters) -> None:
        if not self.fields.isdisjoint(("counters", "correct_counters")):
            drawn["counters"] = Counters(
                friends=counters.friends,
                online_friends=counters.online_friends,
                followers=counters.followers,
                subscriptions=counters.subscriptions,
                photos=counters.photos,
                posts=counters.posts,
                groups=counters.groups,
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
