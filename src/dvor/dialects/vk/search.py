"""users.search, friends.search, groups.search and wall.search: finding by words."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, get_args

from dvor.core import search
from dvor.dialects.vk.friends import FriendList
from dvor.dialects.vk.group_objects import GroupDrawing, draw_groups
from dvor.dialects.vk.groups import KINDS, GroupList
from dvor.dialects.vk.peers import GroupOnBehalf, read_actor, read_owner
from dvor.dialects.vk.post_objects import PostDrawing, draw_profiles
from dvor.dialects.vk.user_objects import UserDrawing
from dvor.dialects.vk.users import NameCaseWord, PeopleList, read_case
from dvor.dialects.vk.wall import WallPage
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.groups import GroupKind
from dvor.model.ids import OwnerId
from dvor.model.search import GroupFilter, PeopleFilter
from dvor.model.tokens import Scope
from dvor.model.users import ONLINE_SECONDS

Offset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]
Fields = Annotated[list[str], doc("Further members of what is found.")]

MAX_DIGITS = 9
OPENVK_SEXES = {0: 2, 1: 1, 2: 0}
"""OpenVK's numbers here (0 male, 1 female, 2 neither; 3 any), and VK's own of users.get."""


class SearchPeople(Params):
    """Parameters of users.search."""

    q: Annotated[str, doc("Words of the name, each by its beginning; without any everybody is found.")] = ""
    sort: Annotated[
        Literal[0, 1, 4], doc("1 in VK's form, 0 in OpenVK's: who came last first; otherwise who came first.")
    ] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many: 20, in OpenVK's form 100.", ge=0, le=1000)] | None = None
    fields: Fields = []
    city: Annotated[str, doc("A city's id, or its name as it is written there.", max_length=255)] = ""
    city_id: Annotated[int, doc("A city of database.getCities.", ge=0, le=2**31 - 1)] = 0
    country: Annotated[int, doc("A country of database.getCountries.", ge=0, le=2**31 - 1)] = 0
    country_id: Annotated[int, doc("The same.", ge=0, le=2**31 - 1)] = 0
    hometown: Annotated[str, doc("The home town as it is written there.", max_length=255)] = ""
    sex: (
        Annotated[
            int, doc("1 women, 2 men, 0 all; in OpenVK's form 0 men, 1 women, 2 neither, 3 all.", ge=0, le=3)
        ]
        | None
    ) = None
    status: Annotated[int, doc("VK's number of the relation; 0 any.", ge=0, le=8)] = 0
    age_from: Annotated[int, doc("Not younger than this.", ge=0, le=200)] = 0
    age_to: Annotated[int, doc("Not older than this.", ge=0, le=200)] = 0
    birth_day: Annotated[int, doc("Born on this day of a month.", ge=0, le=31)] = 0
    birth_month: Annotated[int, doc("Born in this month.", ge=0, le=12)] = 0
    birth_year: Annotated[int, doc("Born in this year.", ge=1900, le=2100)] | None = None
    online: Annotated[bool, doc("Only who is here now.")] = False
    has_photo: Annotated[bool, doc("Only who shows a picture.")] = False
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"
    from_group_id: GroupOnBehalf = 0


NOT_YET_FOR_PEOPLE = (
    *("university_country", "university", "university_year", "university_faculty", "university_chair"),
    *("school_country", "school_city", "school_class", "school", "school_year", "religion", "company"),
    *("position", "group_id", "from_list", "screen_ref", "polit_views", "fav_music", "fav_films"),
    *("fav_shows", "fav_books", "interests"),
)


@method("users.search", needs_user=False, not_yet=NOT_YET_FOR_PEOPLE)
async def search_people(call: Call, params: SearchPeople) -> PeopleList:
    """Finds people by their names and by what they tell of themselves; closed profiles by their names alone.

    VK: users.search.  OpenVK answers it without a token too.  Without words at most 10 000 are counted.
    """
    if call.is_versioned:
        call.require_user()
    count = _read_count(call, params.count)
    is_newest = params.sort == (1 if call.is_versioned else 0)
    viewer_id = await read_actor(call, params.from_group_id) if params.from_group_id else call.user_id
    total, ids, people = await search.search_people(
        call.tx,
        viewer_id,
        params.q,
        _read_filter(call, params),
        order="newest" if is_newest else "oldest",
        offset=params.offset,
        count=count,
    )
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    return PeopleList(total, [drawing.draw(people[one]) for one in ids])


def _read_count(call: Call, count: int | None) -> int:
    """Return how many are asked for; `InvalidParameter` for more than OpenVK gives."""
    if call.is_versioned:
        return 20 if count is None else count
    if count is not None and count > 100:
        raise InvalidParameter("count", "at most 100")
    return 100 if count is None else count


def _read_filter(call: Call, params: SearchPeople) -> PeopleFilter:
    is_id = params.city.isdecimal() and params.city.isascii()
    if is_id and len(params.city) > MAX_DIGITS:
        raise InvalidParameter("city", "there is no such city")
    born_from, born_to = _read_birth(call, params)
    return PeopleFilter(
        sex=_read_sex(call, params.sex),
        relation=params.status or None,
        city_id=params.city_id or (int(params.city) if is_id else 0) or None,
        city="" if is_id else params.city,
        country_id=params.country_id or params.country or None,
        home_town=params.hometown,
        birth_date_from=born_from,
        birth_date_to=born_to,
        birth_day=params.birth_day or None,
        birth_month=params.birth_month or None,
        seen_since=call.now - ONLINE_SECONDS + 1 if params.online else 0,
        has_photo=params.has_photo,
    )


def _read_sex(call: Call, sex: int | None) -> int | None:
    if call.is_versioned or sex is None:
        return sex or None
    return OPENVK_SEXES.get(sex)


def _read_birth(call: Call, params: SearchPeople) -> tuple[str, str]:
    """Return the first and the last day of birth that are asked for, empty where it does not matter."""
    today = datetime.fromtimestamp(call.now, UTC).date()
    first, last = "", ""
    if params.age_to:
        # who is a day short of one year more
        first = _years_before(today, params.age_to + 1)
        first = date.fromordinal(date.fromisoformat(first).toordinal() + 1).isoformat()
    if params.age_from:
        last = _years_before(today, params.age_from)
    if params.birth_year:
        first = max(first, f"{params.birth_year}-01-01")
        last = min(last or "9999", f"{params.birth_year}-12-31")
    return first, last


def _years_before(day: date, years: int) -> str:
    year = max(day.year - years, 1)
    # who was born on February 29 is a year older on March 1
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(year, day.month, 28 if is_leap_day else day.day).isoformat()


class SearchFriends(Params):
    """Parameters of friends.search."""

    user_id: Annotated[int, doc("Whose friends; 0 for the caller's own.", ge=0, le=1_999_999_999)] = 0
    q: Annotated[str, doc("Words of the name, each by its beginning.")] = ""
    fields: Fields = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"
    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 20


@method("friends.search", scope=Scope.FRIENDS, errors={UserNotFound: 100})
async def search_friends(call: Call, params: SearchFriends) -> FriendList:
    """Finds a person's friends by their names, those of longest standing first.

    VK: friends.search.
    """
    page = await search.search_friends(
        call.tx,
        call.user_id,
        params.user_id or call.user_id,
        params.q,
        offset=params.offset,
        count=params.count,
    )
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    return FriendList(page.count, [drawing.draw(page.people[one]) for one in page.user_ids])


class SearchGroups(Params):
    """Parameters of groups.search."""

    q: Annotated[str, doc("Words of the name, each by its beginning.")]
    type: Annotated[Literal["", "group", "page", "event"], doc("Only communities of this kind.")] = ""
    country_id: Annotated[int, doc("Only of this country of database.getCountries.", ge=0, le=2**31 - 1)] = 0
    city_id: Annotated[int, doc("Only of this city of database.getCities.", ge=0, le=2**31 - 1)] = 0
    future: Annotated[bool, doc("Only events that are still to come.")] = False
    sort: Annotated[int, doc("VK's orders; the largest communities always come first.", ge=0, le=6)] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many: 20, in OpenVK's form 100.", ge=0, le=1000)] | None = None
    fields: Fields = []


@method(
    "groups.search",
    needs_user=False,
    not_yet=("market",),
)
async def search_groups(call: Call, params: SearchGroups) -> GroupList:
    """Finds communities by their names, the largest first; private ones are not found.

    VK: groups.search.  OpenVK answers it without a token too.
    """
    if call.is_versioned:
        call.require_user()
    count = _read_count(call, params.count)
    kinds = [KINDS.get(params.type, params.type)] if params.type else list(get_args(GroupKind))
    narrowed = GroupFilter(params.city_id, params.country_id, call.now if params.future else 0)
    total, ids, found = await search.search_groups(
        call.tx,
        call.user_id,
        params.q,
        kinds,
        offset=params.offset,
        count=count,
        narrowed=narrowed,
    )
    drawing = GroupDrawing(call, params.fields)
    return GroupList(total, [drawing.draw(found[one]) for one in ids])


class SearchWall(Params):
    """Parameters of wall.search."""

    query: Annotated[str, doc("Words of the posts, each by its beginning.", max_length=9000)]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    domain: Annotated[str, doc("The owner's screen name, instead of owner_id.", max_length=64)] = ""
    owners_only: Annotated[bool, doc("Only what the owner has written.")] = False
    count: Annotated[int, doc("How many to return.", ge=0, le=100)] = 20
    offset: Offset = 0
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("wall.search", errors={UserNotFound: 18})
async def search_wall(call: Call, params: SearchWall) -> WallPage:
    """Finds the posts of a wall by their words, newest first.

    VK: wall.search.
    """
    owner_id = await read_owner(call, params.owner_id, params.domain)
    page = await search.search_wall(
        call.tx,
        call.user_id,
        owner_id,
        params.query,
        owners_only=params.owners_only,
        offset=params.offset,
        count=params.count,
    )
    drawing = PostDrawing(call, page)
    items = [drawing.draw(post, in_list=True) for post in page.posts]
    if not params.extended:
        return WallPage(page.count, items)
    profiles = draw_profiles(call, page.owners, params.fields)
    return WallPage(page.count, items, profiles, draw_groups(call, page.owners, params.fields))
