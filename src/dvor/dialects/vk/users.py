"""users.*: people."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from msgspec import Struct

from dvor.core.accounts import find_email
from dvor.core.biographies import load_partners
from dvor.core.bookmarks import find_kept_pages
from dvor.core.friend_lists import load_lists_of
from dvor.core.friends import list_followed, list_followers, list_mutual_of_open
from dvor.core.groups import list_groups
from dvor.core.newsfeed import list_hidden_ids
from dvor.core.photos import load_avatar_photos
from dvor.core.privacy import People, Person, check_open, load_owner
from dvor.core.users import count_for_user, get_people
from dvor.dialects.vk.group_objects import GroupDrawing, GroupObject
from dvor.dialects.vk.name_cases import NameCase
from dvor.dialects.vk.peers import GroupOnBehalf, read_actor
from dvor.dialects.vk.photo_objects import draw_photo
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import UserNotFound
from dvor.model.friends import Friendship
from dvor.model.photos import Photo
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
    from_group_id: GroupOnBehalf = 0
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
    viewer_id = await read_actor(call, params.from_group_id)
    user_ids, people = await get_people(call.tx, viewer_id, names[skipped : skipped + params.count])
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    wants_counters = not drawing.fields.isdisjoint(("counters", "correct_counters", "followers_count"))
    more = await _load_asked(call, people, drawing.fields)
    if call.user_id in people:
        more[call.user_id] = more.get(call.user_id, {}) | await _own_email(call, drawing.fields)
    drawn = []
    for user_id in user_ids:
        person = people.get(user_id)
        if person is None:
            drawn += [] if call.is_versioned else [UserObject(user_id, "DELETED", "", deactivated="deleted")]
            continue
        counters = None
        if wants_counters and person.is_open and len(user_ids) == 1:
            counters = await count_for_user(call.tx, user_id, call.now, call.user_id)
        drawn.append(drawing.draw(person, counters, **more.get(user_id, {})))
    return drawn


ASKED = frozenset(
    {"common_count", "is_favorite", "is_hidden_from_feed", "lists", "relation", "photo_id", "crop_photo"}
)
"""Fields that need more than the users themselves."""


async def _load_asked(call: Call, people: People, fields: frozenset[str]) -> dict[int, dict[str, Any]]:
    """Return the members that need more than the users themselves, by user; each is read only if it was asked for."""
    if fields.isdisjoint(ASKED):
        return {}
    found: dict[int, dict[str, Any]] = {user_id: {} for user_id in people}
    alive = [one for one in people.values() if not one.user.deactivated]
    if call.user_id:
        await _add_own(call, alive, fields, found)
    if "relation" in fields:
        for user_id, partner in (await load_partners(call.tx, call.owner_id, alive)).items():
            named = {"id": partner.user.id, "first_name": partner.user.first_name}
            found[user_id]["relation_partner"] = named | {"last_name": partner.user.last_name}
    if not fields.isdisjoint(("photo_id", "crop_photo")):
        shown = await load_avatar_photos(call.tx, [one.user for one in alive if one.is_open])
        for user_id, photo in shown.items():
            found[user_id] |= _draw_avatar_photo(call, photo, fields)
    return found


async def _add_own(
    call: Call, alive: list[Person], fields: frozenset[str], found: dict[int, dict[str, Any]]
) -> None:
    """Add how the caller has sorted and kept people, and the friends in common."""
    if "common_count" in fields:
        others = [one.user.id for one in alive if one.user.id != call.user_id]
        mutual = await list_mutual_of_open(call.tx, call.user_id, call.user_id, others)
        for user_id, friends in mutual.items():
            found[user_id]["common_count"] = len(friends)
    if "is_hidden_from_feed" in fields:
        hidden = set(await list_hidden_ids(call.tx, call.user_id))
        for one in alive:
            found[one.user.id]["is_hidden_from_feed"] = int(one.user.id in hidden)
    if "is_favorite" in fields:
        kept = await find_kept_pages(call.tx, call.user_id, [one.user.id for one in alive])
        for one in alive:
            found[one.user.id]["is_favorite"] = int(one.user.id in kept)
    if "lists" in fields:
        friends_of = [one.user.id for one in alive if one.relation.friendship is Friendship.FRIENDS]
        for user_id, lists in (await load_lists_of(call.tx, call.user_id, friends_of)).items():
            found[user_id]["lists"] = lists


def _draw_avatar_photo(call: Call, photo: Photo, fields: Collection[str]) -> dict[str, Any]:
    """Return which photo a person shows beside his name: the whole of it, in per cent."""
    drawn: dict[str, Any] = {"photo_id": f"{photo.owner_id}_{photo.id}"} if "photo_id" in fields else {}
    if "crop_photo" in fields:
        whole = {"x": 0, "y": 0, "x2": 100, "y2": 100}
        shown = draw_photo(call.courtyard, photo, call.version)
        drawn["crop_photo"] = {"photo": shown, "crop": whole, "rect": whole}
    return drawn


async def _own_email(call: Call, fields: Collection[str]) -> dict[str, Any]:
    """Return the address of the token's own person, if the scope allows; apps get it unasked, as Bubble's plugin expects."""
    if not call.caller.scope & Scope.EMAIL or not ("email" in fields or call.caller.app_id):
        return {}
    email = await find_email(call.tx, call.user_id)
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
