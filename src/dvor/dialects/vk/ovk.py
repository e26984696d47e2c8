"""ovk.*: what OpenVK adds to VK's methods."""

from typing import Annotated

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor import __version__
from dvor.core.privacy import load_communities, load_people
from dvor.core.statistics import get_statistics
from dvor.core.tokens import ANONYMOUS
from dvor.dialects.vk.friends import FriendList as UserList
from dvor.dialects.vk.group_objects import GroupDrawing
from dvor.dialects.vk.groups import GroupList
from dvor.dialects.vk.user_objects import UserDrawing
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method


class TokenTest(Struct, frozen=True):
    """Whether the call was made with a good token, how it was given, and the API version assumed."""

    authorized: bool
    auth_with: str
    version: str


@method("ovk.version", needs_user=False)
async def version(call: Call, params: NoParams) -> str:
    """Returns the name and version of the server.

    OpenVK: Ovk.version.
    """
    return f"Dvor {__version__}"


@method("ovk.test", needs_user=False)
async def test(call: Call, params: NoParams) -> TokenTest:
    """Says whether the token is good.

    OpenVK: Ovk.test.
    """
    major, minor = call.version
    return TokenTest(call.caller is not ANONYMOUS, "access_token", f"{major}.{minor}")


@method("ovk.chickenWings", needs_user=False)
async def chicken_wings(call: Call, params: NoParams) -> str:
    """Returns the Russian word for chicken wings.

    OpenVK: Ovk.chickenWings, an easter egg.
    """
    return "крылышки"


class Figures(Struct, frozen=True):
    """How much there is in the whole community."""

    users_count: int
    online_users_count: int
    active_users_count: int
    groups_count: int
    wall_posts_count: int


class Links(Struct, frozen=True):
    """Links that the operator has set; Dvor has no such setting."""

    count: int
    items: list[str]


class Instance(Struct, frozen=True, omit_defaults=True):
    """What a server tells of itself."""

    statistics: Figures | UnsetType = UNSET
    administrators: UserList | UnsetType = UNSET
    popular_groups: GroupList | UnsetType = UNSET
    links: Links | UnsetType = UNSET


class AboutInstance(Params):
    """Parameters of ovk.aboutInstance."""

    fields: Annotated[
        list[str], doc("Which of statistics, administrators, popular_groups, links; none: all.")
    ] = []
    admin_fields: Annotated[list[str], doc("Members of users.get for the administrators.")] = []
    group_fields: Annotated[list[str], doc("Further members of the communities.")] = []


@method("ovk.aboutInstance", needs_user=False)
async def about_instance(call: Call, params: AboutInstance) -> Instance:
    """Returns how much there is in the community, who runs it, and its largest communities.

    OpenVK: Ovk.aboutInstance.  Counted at most once a minute.
    """
    fields = params.fields or Instance.__struct_fields__
    known = await get_statistics(call.courtyard, call.tx)
    figures = Figures(known.users, known.online_users, known.active_users, known.groups, known.posts)
    instance = Instance(figures if "statistics" in fields else UNSET)
    if "administrators" in fields:
        people = await load_people(call.tx, call.user_id, known.administrators)
        drawing = UserDrawing(call, params.admin_fields)
        drawn = [drawing.draw(people[one]) for one in known.administrators if one in people]
        instance = replace(instance, administrators=UserList(len(drawn), drawn))
    if "popular_groups" in fields:
        found = await load_communities(call.tx, call.user_id, known.popular_groups)
        group_drawing = GroupDrawing(call, params.group_fields)
        groups = [group_drawing.draw(found[one]) for one in known.popular_groups if one in found]
        instance = replace(instance, popular_groups=GroupList(len(groups), groups))
    return replace(instance, links=Links(0, [])) if "links" in fields else instance
