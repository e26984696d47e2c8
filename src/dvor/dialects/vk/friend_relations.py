"""friends.*: how people stand to each other: who is whose friend, in common, and here."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import friends
from dvor.core.friend_lists import load_list
from dvor.core.privacy import check_open, load_owner
from dvor.dialects.vk.user_objects import UserDrawing
from dvor.dialects.vk.users import NameCaseWord, PeopleList, read_case
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.friends import Friendship
from dvor.model.ids import MAX_NUMBER, UserId
from dvor.model.tokens import Scope


class FriendStatus(Struct, frozen=True, omit_defaults=True):
    """How the caller stands to a person, with VK's numbers: 0 not, 1 asked, 2 is asked, 3 friends."""

    user_id: int
    friend_status: int
    is_request_unread: bool | UnsetType = UNSET


class AreFriends(Params):
    """Parameters of friends.areFriends."""

    user_ids: Annotated[list[UserId], doc("Up to 1000 people.", max_length=1000)]
    need_sign: Annotated[bool, doc("A signature for apps; none is given.")] = False
    extended: Annotated[bool, doc("No difference.")] = False


@method("friends.areFriends", scope=Scope.FRIENDS)
async def are_friends(call: Call, params: AreFriends) -> list[FriendStatus]:
    """Says how the caller stands to people.

    VK: friends.areFriends.
    """
    found = await friends.load_friendships(call.tx, call.user_id, params.user_ids)
    return [FriendStatus(one, int(found.get(one, Friendship.NONE))) for one in params.user_ids]


class Mutual(Struct, frozen=True):
    """Friends in common with one of several people."""

    id: int
    common_count: int
    common_friends: list[int]


class GetMutual(Params):
    """Parameters of friends.getMutual."""

    source_uid: Annotated[int, doc("Whose friends; 0: the caller's.", ge=0, le=1_999_999_999)] = 0
    target_uid: Annotated[int, doc("Who is compared.", ge=0, le=1_999_999_999)] = 0
    target_uids: Annotated[list[UserId], doc("Up to 100 people instead.", max_length=100)] = []
    order: Annotated[Literal["", "random"], doc("No difference: by id.")] = ""
    need_common_count: Annotated[
        bool, doc("How many there are is always told beside several people's friends.")
    ] = False
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return of each.", ge=0, le=10_000)] = 5000


@method("friends.getMutual", scope=Scope.FRIENDS)
async def get_mutual(call: Call, params: GetMutual) -> list[int] | list[Mutual]:
    """Returns the friends that people have in common.

    VK: friends.getMutual: ids for target_uid, a row each for target_uids.
    """
    source = params.source_uid or call.user_id
    targets = params.target_uids or ([params.target_uid] if params.target_uid else [])
    if not targets:
        raise InvalidParameter("target_uid")
    for owner_id in {source, *(targets if not params.target_uids else [])}:
        check_open(await load_owner(call.tx, call.user_id, owner_id))
    found = await friends.list_mutual_of_open(call.tx, call.user_id, source, targets)
    pages = {one: ids[params.offset : params.offset + params.count] for one, ids in found.items()}
    if not params.target_uids:
        return pages.get(params.target_uid, [])
    return [Mutual(one, len(found.get(one, [])), pages.get(one, [])) for one in targets]


class OnlineFriends(Struct, frozen=True):
    """Friends who are here: on a computer, and with a telephone."""

    online: list[int]
    online_mobile: list[int]


class GetOnline(Params):
    """Parameters of friends.getOnline."""

    user_id: Annotated[int, doc("Whose friends; 0: the caller's.", ge=0, le=1_999_999_999)] = 0
    online_mobile: Annotated[bool, doc("Give those with a telephone apart.")] = False
    list_id: Annotated[int, doc("Only those on this list of the caller's.", ge=0, le=MAX_NUMBER)] = 0
    order: Annotated[Literal["", "random", "hints"], doc("No difference: by id.")] = ""
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=10_000)] = 10_000


@method("friends.getOnline", scope=Scope.FRIENDS, errors={UserNotFound: 100})
async def get_online(call: Call, params: GetOnline) -> list[int] | OnlineFriends:
    """Returns the friends of a person who are online.

    VK: friends.getOnline.
    """
    among = await load_list(call.tx, call.user_id, params.list_id) if params.list_id else None
    here, mobile = await friends.list_online(
        call.tx,
        call.user_id,
        params.user_id or call.user_id,
        offset=params.offset,
        count=params.count,
        now=call.now,
        among=among,
    )
    if not params.online_mobile:
        return here
    return OnlineFriends([one for one in here if one not in mobile], mobile)


class GetSuggestions(Params):
    """Parameters of friends.getSuggestions."""

    filter: Annotated[
        list[Literal["mutual", "contacts", "mutual_contacts"]],
        doc("By friends in common; nobody's contacts are known.", max_length=3),
    ] = []
    count: Annotated[int, doc("How many to return.", ge=0, le=500)] = 100
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    fields: Annotated[list[str], doc("Members of users.get.")] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"


@method("friends.getSuggestions", scope=Scope.FRIENDS)
async def get_suggestions(call: Call, params: GetSuggestions) -> PeopleList:
    """Returns people with whom the caller has friends in common, those with most first.

    VK: friends.getSuggestions.
    """
    if params.filter and "mutual" not in params.filter:
        return PeopleList(0, [])
    page = await friends.list_suggestions(call.tx, call.user_id, offset=params.offset, count=params.count)
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    return PeopleList(page.count, [drawing.draw(page.people[one]) for one in page.user_ids])


class GetRecent(Params):
    """Parameters of friends.getRecent."""

    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100


@method("friends.getRecent", scope=Scope.FRIENDS)
async def get_recent(call: Call, params: GetRecent) -> list[int]:
    """Returns the caller's latest friends, the last one first.

    VK: friends.getRecent.
    """
    return await friends.list_recent(call.tx, call.user_id, params.count)


@method("friends.deleteAllRequests", scope=Scope.FRIENDS, writes=True, is_repeatable=True)
async def delete_all_requests(call: Call, params: NoParams) -> Literal[1]:
    """Declines all friend requests: who has asked goes on following.

    VK: friends.deleteAllRequests.
    """
    await friends.decline_all_requests(call.tx, call.user_id)
    return 1
