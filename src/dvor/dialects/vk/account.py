"""account.*: the caller's own account."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType, field

from dvor.core.accounts import has_second_factor
from dvor.core.conversations import count_unread
from dvor.core.friends import count_open_requests
from dvor.core.privacy import load_people
from dvor.core.users import note_visit
from dvor.dialects.vk.users import Place, UserDrawing, draw_birth_date
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.conversations import Unread
from dvor.model.tokens import FULL_SCOPE
from dvor.model.users import Platform

ENGLISH = 3
"""VK's number of the language of the texts that this server writes."""


class ProfileInfo(Struct, frozen=True, omit_defaults=True):
    """The caller's profile as its owner sees it."""

    id: int
    first_name: str
    last_name: str
    home_town: str
    status: str
    bdate: str
    bdate_visibility: int
    phone: str
    relation: int
    sex: int
    screen_name: str | None
    nickname: str
    maiden_name: str
    photo_200: str
    is_service_account: bool = field(default=False)
    is_verified: bool = False
    verification_status: str = "unverified"
    city: Place | UnsetType = UNSET
    country: Place | UnsetType = UNSET


@method("account.getProfileInfo")
async def get_profile_info(call: Call, params: NoParams) -> ProfileInfo:
    """Returns the caller's profile.

    VK: account.getProfileInfo.  Without a birth date OpenVK gives 01.01.1970 and VK an empty text.
    """
    person = (await load_people(call.tx, call.user_id, [call.user_id]))[call.user_id]
    user = person.user
    photo = UserDrawing(call, ("photo_200",)).draw(person).photo_200
    bdate = draw_birth_date(user, padded=not call.is_versioned)
    return ProfileInfo(
        id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        home_town=user.home_town,
        status=user.status,
        bdate=bdate if bdate or call.is_versioned else "01.01.1970",
        bdate_visibility=user.birth_date_visibility,
        phone=mask_phone(user.details.mobile_phone),
        relation=user.relation,
        sex=user.sex,
        screen_name=user.screen_name or (f"id{user.id}" if call.is_versioned else None),
        nickname=user.nickname,
        maiden_name=user.maiden_name,
        photo_200=photo if isinstance(photo, str) else "",
        is_verified=user.is_verified,
        verification_status="verified" if user.is_verified else "unverified",
        city=Place(user.city_id, user.city) if user.city else UNSET,
        country=Place(user.country_id, user.country) if user.country else UNSET,
    )


def mask_phone(number: str) -> str:
    """Return a telephone number with its middle hidden: `+374 ** *** 420`."""
    digits = "".join(character for character in number if character.isdecimal())
    return f"+{digits[:3]} ** *** {digits[-3:]}" if len(digits) > 6 else ""


class AccountInfo(Struct, frozen=True, omit_defaults=True, rename={"two_factor_required": "2fa_required"}):
    """Settings of the account; what VK has and this server has not is off."""

    two_factor_required: int | UnsetType = UNSET
    https_required: int | UnsetType = UNSET
    country: str | UnsetType = UNSET
    lang: int | UnsetType = UNSET
    intro: int | UnsetType = UNSET
    own_posts_default: int | UnsetType = UNSET
    no_wall_replies: int | UnsetType = UNSET
    eu_user: bool | UnsetType = UNSET
    community_comments: bool | UnsetType = UNSET
    is_live_streaming_enabled: bool | UnsetType = UNSET
    is_new_live_streaming_enabled: bool | UnsetType = UNSET
    music_available: bool | UnsetType = UNSET


class GetInfo(Params):
    """Parameters of account.getInfo."""

    fields: Annotated[list[str], doc("Which members to give; all of them without it.")] = []


@method("account.getInfo")
async def get_info(call: Call, params: GetInfo) -> AccountInfo:
    """Returns settings of the caller's account.

    VK: account.getInfo.
    """
    values = {
        "2fa_required": int(await has_second_factor(call.tx, call.user_id)),
        "https_required": int(call.courtyard.public_url.startswith("https:")),
        "country": "",
        "lang": ENGLISH,
        "intro": 0,
        "own_posts_default": 0,
        "no_wall_replies": 0,
        "eu_user": False,
        "community_comments": False,
        "is_live_streaming_enabled": False,
        "is_new_live_streaming_enabled": False,
        "music_available": False,
    }
    if params.fields:
        values = {name: value for name, value in values.items() if name in params.fields}
    return AccountInfo(**{name.replace("2fa", "two_factor"): value for name, value in values.items()})  # type: ignore[arg-type]


class SetOnline(Params):
    """Parameters of account.setOnline."""

    voip: Annotated[bool, doc("Whether calls are possible; noted nowhere, there are no calls.")] = False


@method("account.setOnline", writes=True, is_repeatable=True)
async def set_online(call: Call, params: SetOnline) -> Literal[1]:
    """Marks the caller as present for five minutes.

    VK: account.setOnline.
    """
    await note_visit(call.tx, call.user_id, platform_number(call.caller.platform), call.now)
    return 1


@method("account.setOffline", writes=True, is_repeatable=True)
async def set_offline(call: Call, params: NoParams) -> Literal[1]:
    """Marks the caller as gone.

    VK: account.setOffline.
    """
    platform = platform_number(call.caller.platform)
    await note_visit(call.tx, call.user_id, platform, call.now, is_offline=True)
    return 1


def platform_number(name: str) -> int:
    """Return VK's number of the device that a client's name tells of; a program that tells nothing is the site."""
    words = name.lower()
    for word, number in (
        ("iphone", Platform.IPHONE),
        ("ios", Platform.IPHONE),
        ("ipad", Platform.IPAD),
        ("android", Platform.ANDROID),
    ):
        if word in words:
            return number
    return Platform.SITE


class GetAppPermissions(Params):
    """Parameters of account.getAppPermissions."""

    user_id: Annotated[int, doc("The user; only the caller himself is told of.", ge=0)] = 0


@method("account.getAppPermissions", needs_user=False)
async def get_app_permissions(call: Call, params: GetAppPermissions) -> int:
    """Returns the bit mask of what the token permits.

    VK: account.getAppPermissions.  OpenVK answers it without a token too, with everything.
    """
    if call.is_versioned:
        call.require_user()
    return int(call.caller.scope) if call.user_id else int(FULL_SCOPE)


class AccountCounters(Struct, frozen=True, omit_defaults=True):
    """What waits for the caller."""

    friends: int | UnsetType = UNSET
    messages: int | UnsetType = UNSET
    notifications: int | UnsetType = UNSET


class GetCounters(Params):
    """Parameters of account.getCounters."""

    filter: Annotated[list[str], doc("Which counters to give: friends, messages, notifications.")] = []


@method("account.getCounters")
async def get_counters(call: Call, params: GetCounters) -> AccountCounters:
    """Returns how many friend requests, conversations with unread messages and notifications wait.

    VK: account.getCounters.  OpenVK counts unread messages rather than conversations.
    """
    names = set(params.filter or AccountCounters.__struct_fields__)
    unread = await count_unread(call.tx, call.user_id) if "messages" in names else Unread(0, 0)
    counts = {
        "friends": await count_open_requests(call.tx, call.user_id) if "friends" in names else 0,
        "messages": unread.conversations if call.is_versioned else unread.messages,
        "notifications": 0,
    }
    # VK leaves out what is nothing, OpenVK gives it as 0
    shown = {
        name: count for name, count in counts.items() if name in names and (count or not call.is_versioned)
    }
    return AccountCounters(**shown)
