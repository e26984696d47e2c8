"""groups.*: the blacklist of a community."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import groups
from dvor.dialects.vk.bots import OneGroup
from dvor.dialects.vk.group_management import GetWaiting
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.users import read_case
from dvor.methods.declaration import Call, doc, method
from dvor.model.errors import InvalidParameter
from dvor.model.groups import GroupBan
from dvor.model.ids import MAX_NUMBER, UserId
from dvor.model.tokens import Scope


class Ban(OneGroup, kw_only=True):
    """Parameters of groups.ban."""

    owner_id: Annotated[int, doc("The person.", ge=0)] = 0
    user_id: Annotated[int, doc("The same as owner_id.", ge=0)] = 0
    end_date: Annotated[int, doc("Until when, a Unix time; 0: for ever.", ge=0, le=MAX_NUMBER)] = 0
    reason: Annotated[int, doc("0 other, 1 spam, 2 insults, 3 strong language, 4 off topic.", ge=0, le=4)] = 0
    comment: Annotated[str, doc("Words about it.", max_length=1024)] = ""
    comment_visible: Annotated[bool, doc("Whether the person sees them.")] = False

    def read_user(self) -> int:
        """Return whom it is about; `InvalidParameter`."""
        user_id = self.owner_id or self.user_id
        if not user_id:
            raise InvalidParameter("owner_id")
        return user_id


@method("groups.ban", scope=Scope.GROUPS, writes=True, is_repeatable=True)
async def ban(call: Call, params: Ban) -> Literal[1]:
    """Puts a person on a community's blacklist, which takes him out of it too.

    VK: groups.ban.
    """
    if params.end_date and params.end_date <= call.now:
        raise InvalidParameter("end_date", "has passed")
    entry = GroupBan(
        params.group_id,
        params.read_user(),
        call.user_id,
        params.reason,
        params.comment,
        params.comment_visible,
        call.now,
        params.end_date,
    )
    await groups.ban(call.tx, call.user_id, entry)
    return 1


class Unban(OneGroup, kw_only=True):
    """Parameters of groups.unban."""

    owner_id: Annotated[UserId, doc("The person.")]


@method("groups.unban", scope=Scope.GROUPS, writes=True)
async def unban(call: Call, params: Unban) -> Literal[1]:
    """Takes a person off a community's blacklist.

    VK: groups.unban.
    """
    await groups.unban(call.tx, call.user_id, params.group_id, params.owner_id, now=call.now)
    return 1


class BanInfo(Struct, frozen=True):
    """Why and until when a person is on the blacklist."""

    admin_id: int
    date: int
    reason: int
    comment: str
    comment_visible: bool
    end_date: int


class BannedObject(Struct, frozen=True, omit_defaults=True):
    """A person on a community's blacklist."""

    type: str
    ban_info: BanInfo
    profile: UserObject | UnsetType = UNSET


class BannedList(Struct, frozen=True):
    """A community's blacklist; `count` is how many there are in all."""

    count: int
    items: list[BannedObject]


class GetBanned(GetWaiting, kw_only=True):
    """Parameters of groups.getBanned."""

    owner_id: Annotated[int, doc("Only whether this person is on it.", ge=0, le=1_999_999_999)] = 0


@method("groups.getBanned", scope=Scope.GROUPS, for_groups=True)
async def get_banned(call: Call, params: GetBanned) -> BannedList:
    """Returns a community's blacklist, for its managers.

    VK: groups.getBanned.
    """
    total, bans, people = await groups.list_bans(
        call.tx,
        call.owner_id,
        params.group_id,
        offset=params.offset,
        count=params.count,
        banned_id=params.owner_id,
    )
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    items = [
        BannedObject(
            "profile",
            BanInfo(
                one.manager_id, one.created_at, one.reason, one.comment, one.is_comment_visible, one.until
            ),
            profile=drawing.draw(people[one.user_id]),
        )
        for one in bans
    ]
    return BannedList(total, items)
