"""account.*: the caller's own account."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core.accounts import has_second_factor
from dvor.core.conversations import count_unread, mute_conversation
from dvor.core.friends import count_open_requests, tell_friends
from dvor.core.notifications import count_new_notifications
from dvor.core.photo_tags import count_new_tags
from dvor.core.privacy import block, list_blocked, load_people, unblock
from dvor.core.users import note_visit
from dvor.dialects.vk.peers import check_peer
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.conversations import Unread
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.events import Pulse
from dvor.model.ids import MAX_NUMBER
from dvor.model.tokens import FULL_SCOPE, Scope
from dvor.model.users import Platform

ENGLISH = 3
"""VK's number of the language of the texts that this server writes."""


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
    platform = platform_number(call.caller.platform)
    await note_visit(call.tx, call.user_id, platform, call.now)
    await tell_friends(call.courtyard, call.tx, Pulse("online", call.user_id, call.now, extra=platform))
    return 1


@method("account.setOffline", writes=True, is_repeatable=True)
async def set_offline(call: Call, params: NoParams) -> Literal[1]:
    """Marks the caller as gone.

    VK: account.setOffline.
    """
    platform = platform_number(call.caller.platform)
    await note_visit(call.tx, call.user_id, platform, call.now, is_offline=True)
    await tell_friends(call.courtyard, call.tx, Pulse("offline", call.user_id, call.now))
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
    photos: int | UnsetType = UNSET


OPENVK_COUNTERS = ("friends", "messages", "notifications")
"""What OpenVK counts when nothing is asked for."""


class GetCounters(Params):
    """Parameters of account.getCounters."""

    filter: Annotated[
        list[str], doc("Which counters to give: friends, messages, notifications, photos.")
    ] = []


@method("account.getCounters")
async def get_counters(call: Call, params: GetCounters) -> AccountCounters:
    """Returns how many friend requests, conversations with unread messages, notifications and marks on photos wait.

    VK: account.getCounters.  OpenVK counts unread messages rather than conversations.
    """
    names = set(
        params.filter or (AccountCounters.__struct_fields__ if call.is_versioned else OPENVK_COUNTERS)
    )
    unread = await count_unread(call.tx, call.user_id) if "messages" in names else Unread(0, 0)
    counts = {
        "friends": await count_open_requests(call.tx, call.user_id) if "friends" in names else 0,
        "messages": unread.conversations if call.is_versioned else unread.messages,
        "notifications": await count_new_notifications(call.tx, call.user_id)
        if "notifications" in names
        else 0,
        "photos": await count_new_tags(call.tx, call.user_id) if "photos" in names else 0,
    }
    # VK leaves out what is nothing, OpenVK gives it as 0
    shown = {
        name: count for name, count in counts.items() if name in names and (count or not call.is_versioned)
    }
    return AccountCounters(**shown)


class SetSilence(Params):
    """Parameters of account.setSilenceMode."""

    peer_id: Annotated[
        int,
        doc(
            "The conversation; a whole device is not muted, none is registered.",
            ge=-MAX_NUMBER,
            le=MAX_NUMBER,
        ),
    ]
    time: Annotated[int, doc("For so many seconds; -1: for ever, 0: no longer.", ge=-1, le=10**9)] = 0
    sound: Annotated[bool, doc("Whether it may make a sound.")] = True
    device_id: Annotated[str, doc("The device; what is muted is so on all.", max_length=255)] = ""


@method("account.setSilenceMode", scope=Scope.MESSAGES, writes=True, is_repeatable=True)
async def set_silence_mode(call: Call, params: SetSilence) -> Literal[1]:
    """Mutes a conversation for the caller, or lets it be heard again; his clients are told.

    VK: account.setSilenceMode.
    """
    await mute_conversation(
        call.tx,
        call.user_id,
        check_peer(params.peer_id),
        seconds=params.time,
        is_silent=not params.sound,
        now=call.now,
    )
    return 1


class BlockParams(Params):
    """Parameters of account.ban and account.unban."""

    owner_id: Annotated[int, doc("Whom.", ge=0, le=1_999_999_999)] = 0
    user_id: Annotated[int, doc("The same as owner_id.", ge=0, le=1_999_999_999)] = 0

    def read(self) -> int:
        """Return whom it is about; `InvalidParameter`."""
        user_id = self.owner_id or self.user_id
        if not user_id:
            raise InvalidParameter("owner_id")
        return user_id


@method("account.ban", writes=True, is_repeatable=True)
async def ban(call: Call, params: BlockParams) -> Literal[1]:
    """Puts a person on the caller's blacklist, which ends a friendship too.

    VK: account.ban.
    """
    user_id = params.read()
    if user_id == call.user_id:
        raise InvalidParameter("owner_id", "is oneself")
    if user_id not in await load_people(call.tx, call.user_id, [user_id]):
        raise UserNotFound(str(user_id))
    await block(call.tx, call.user_id, user_id, call.now)
    return 1


@method("account.unban", writes=True)
async def unban(call: Call, params: BlockParams) -> Literal[1]:
    """Takes a person off the caller's blacklist.

    VK: account.unban.
    """
    if not await unblock(call.tx, call.user_id, params.read()):
        raise UserNotFound("not on the blacklist")
    return 1


class GetBanned(Params):
    """Parameters of account.getBanned."""

    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    fields: Annotated[list[str], doc("Members of users.get.")] = []


class BannedList(Struct, frozen=True):
    """The caller's blacklist; `count` is how many there are in all."""

    count: int
    items: list[int]
    profiles: list[UserObject]


@method("account.getBanned")
async def get_banned(call: Call, params: GetBanned) -> BannedList:
    """Returns the caller's blacklist.

    VK: account.getBanned.
    """
    total, ids, people = await list_blocked(call.tx, call.user_id, offset=params.offset, count=params.count)
    drawing = UserDrawing(call, params.fields)
    return BannedList(total, ids, [drawing.draw(people[one]) for one in ids])
