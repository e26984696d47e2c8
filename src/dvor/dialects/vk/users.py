"""users.*: people."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from msgspec import Struct

from dvor.core.accounts import find_email
from dvor.core.friends import list_followed, list_followers, list_mutual_of_open
from dvor.core.groups import list_groups
from dvor.core.privacy import check_open, load_owner
from dvor.core.users import count_for_user, get_people
from dvor.dialects.vk.group_objects import GroupDrawing, GroupObject
from dvor.dialects.vk.name_cases import NameCase
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import UserNotFound
from dvor.model.tokens import Scope

NameCaseWord = Literal["", "nom", "gen", "dat", "acc", "ins", "abl", "Nom", "Gen", "Dat", "Acc", "Ins", "Abl"]


def read_case(word: NameCaseWord) -> NameCase:
    """Return the case that a word names, the nominative for none."""
    case: NameCase = word.lower() or "nom"  # type: ignore[assignment]
    return case


class GetUsers(Params):
    """Parameters of users.get."""

    user_ids: Annotated[list[str], doc("Ids or screen names; without them the caller.", max_length=1000)] = []
    user_id: Annotated[str, doc("One id or screen name (an old name of user_ids).")] = ""
    fields: Annotated[
        list[str], doc("Which members to give beside the names; unknown ones are ignored.")
    ] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"
    offset: Annotated[int, doc("Pages of `count` ids to skip (OpenVK).", ge=0, le=1000)] = 0
    count: Annotated[int, doc("At most so many users (OpenVK).", ge=0, le=1000)] = 1000


@method("users.get", needs_user=False, for_groups=True)
async def get(call: Call, params: GetUsers) -> list[UserObject]:
    """Returns users with the members asked for, as far as the caller may see them.

    VK: users.get.  OpenVK answers it without a token too.
    """
    if call.is_versioned:
        call.require_user()
    names = params.user_ids or ([params.user_id] if params.user_id else [])
    if not names:
        names = [str(call.user_id)] if call.user_id else []
    skipped = params.offset * params.count
    user_ids, people = await get_people(call.tx, call.owner_id, names[skipped : skipped + params.count])
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    wants_counters = not drawing.fields.isdisjoint(("counters", "correct_counters", "followers_count"))
    mutual = await _count_mutual(call, user_ids) if "common_count" in drawing.fields else {}
    drawn = []
    for user_id in user_ids:
        person = people.get(user_id)
        if person is None:
            drawn += [] if call.is_versioned else [UserObject(user_id, "DELETED", "", deactivated="deleted")]
            continue
        counters = None
        if wants_counters and person.is_open and len(user_ids) == 1:
            counters = await count_for_user(call.tx, user_id, call.now)
        extra = await _own_email(call, user_id, drawing.fields) | mutual.get(user_id, {})
        drawn.append(drawing.draw(person, counters, **extra))
    return drawn


async def _count_mutual(call: Call, user_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return how many friends the caller has in common with each of those whose friends he may see."""
    if not call.user_id:
        return {}
    others = [user_id for user_id in user_ids if user_id != call.user_id]
    mutual = await list_mutual_of_open(call.tx, call.user_id, call.user_id, others)
    return {user_id: {"common_count": len(friends)} for user_id, friends in mutual.items()}


async def _own_email(call: Call, user_id: int, fields: Collection[str]) -> dict[str, Any]:
    """Return the address of the token's own person, if the scope allows; apps get it unasked, as Bubble's plugin expects."""
    wants_it = user_id == call.user_id and ("email" in fields or call.caller.app_id)
    if not wants_it or not call.caller.scope & Scope.EMAIL:
        return {}
    email = await find_email(call.tx, user_id)
    return {"email": email} if email else {}


class PeopleIds(Struct, frozen=True):
    """People as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class PeopleList(Struct, frozen=True):
    """People as users; `count` is how many there are in all."""

    count: int
    items: list[UserObject]


class GetFollowers(Params):
    """Parameters of users.getFollowers."""

    user_id: Annotated[int, doc("Whose followers; 0 for the caller's own.", ge=0, le=1_999_999_999)] = 0
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100
    fields: Annotated[list[str], doc("Members of users.get; without them ids.")] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"


@method("users.getFollowers", errors={UserNotFound: 113})
async def get_followers(call: Call, params: GetFollowers) -> PeopleIds | PeopleList:
    """Returns who has asked to be a person's friend and is not.

    VK: users.getFollowers.
    """
    page = await list_followers(
        call.tx, call.user_id, params.user_id or call.user_id, offset=params.offset, count=params.count
    )
    if call.is_versioned and not params.fields:
        return PeopleIds(page.count, page.user_ids)
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    return PeopleList(page.count, [drawing.draw(page.people[one]) for one in page.user_ids])


class Subscriptions(Struct, frozen=True):
    """What a person follows: people, and communities."""

    users: PeopleIds
    groups: PeopleIds


class SubscriptionList(Struct, frozen=True):
    """The communities that a person follows."""

    count: int
    items: list[GroupObject]


class GetSubscriptions(Params):
    """Parameters of users.getSubscriptions."""

    user_id: Annotated[int, doc("Whose; 0 for the caller's own.", ge=0, le=1_999_999_999)] = 0
    extended: Annotated[bool, doc("Give the communities themselves.")] = False
    offset: Annotated[int, doc("How many to skip, extended.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return, extended.", ge=0, le=200)] = 20
    fields: Annotated[list[str], doc("Further members of the communities.")] = []


@method("users.getSubscriptions")
async def get_subscriptions(call: Call, params: GetSubscriptions) -> Subscriptions | SubscriptionList:
    """Returns the communities that a person is in, and the people whom he follows.

    VK: users.getSubscriptions.
    """
    user_id = params.user_id or call.user_id
    check_open(await load_owner(call.tx, call.user_id, user_id))
    offset, count = (params.offset, params.count) if params.extended else (0, 1000)
    page = await list_groups(call.tx, call.user_id, user_id, offset=offset, count=count)
    if params.extended:
        drawing = GroupDrawing(call, params.fields)
        return SubscriptionList(page.count, [drawing.draw(one) for one in page.communities])
    followed = await list_followed(call.tx, user_id)
    ids = [one.group.id for one in page.communities]
    return Subscriptions(PeopleIds(len(followed), followed), PeopleIds(page.count, ids))
