"""How clients name a conversation, and on whose behalf they speak."""

from typing import Annotated

from dvor.core.groups import find_groups, get_managed_group
from dvor.core.users import find_user_ids
from dvor.methods.declaration import Call, Params, doc
from dvor.model.errors import GroupNotFound, InvalidParameter, PeerNotFound, UserNotFound
from dvor.model.groups import Role
from dvor.model.ids import CHAT_PEERS, MAX_NUMBER, MAX_USER_ID

SignedId = Annotated[int, doc("A signed number.", ge=-MAX_NUMBER, le=MAX_NUMBER)]
GroupOnBehalf = Annotated[SignedId, doc("The community on whose behalf; its own token and its editors may.")]


class ActorParams(Params, kw_only=True):
    """Parameters of a method that a community may use too."""

    group_id: GroupOnBehalf = 0


class PeerParams(ActorParams, kw_only=True):
    """The many ways in which clients name a conversation; 0, without `v` also -1, means "not given"."""

    peer_id: Annotated[
        SignedId, doc("The conversation: a user, minus a community's id, or 2000000000 + a chat's number.")
    ] = 0
    user_id: Annotated[SignedId, doc("The other user, instead of peer_id.")] = 0


class OnePeer(ActorParams, kw_only=True):
    """Parameters that name one conversation."""

    peer_id: Annotated[
        SignedId, doc("The conversation: a user, minus a community's id, or 2000000000 + a chat's number.")
    ]


async def read_actor(call: Call, group_id: int) -> int:
    """Return who acts: the caller, or the community that he names and may speak for; `GroupNotFound`, `AccessDenied`."""
    if group_id <= 0 or group_id == call.caller.group_id:
        return call.owner_id
    if group_id > MAX_USER_ID or call.caller.group_id:
        raise GroupNotFound(str(group_id))
    await get_managed_group(call.tx, call.user_id, group_id, Role.EDITOR)
    return -group_id


async def read_owner(call: Call, owner_id: int, domain: str) -> int:
    """Return whose wall is meant: the owner's, else that of a person's or a community's screen name, else the caller's.

    `UserNotFound`.
    """
    if owner_id or not domain:
        return owner_id or call.user_id
    found = await find_user_ids(call.tx, [domain])
    if found:
        return found[0]
    group_ids, _ = await find_groups(call.tx, call.owner_id, [domain])
    if not group_ids:
        raise UserNotFound(domain)
    return -group_ids[0]


def check_peer(peer_id: int) -> int:
    """Return a peer's id; `PeerNotFound` for what cannot be one."""
    if not peer_id or (abs(peer_id) > MAX_USER_ID and not CHAT_PEERS < peer_id < 2 * CHAT_PEERS):
        raise PeerNotFound(str(peer_id))
    return peer_id


def is_given(call: Call, named: int) -> bool:
    """Say whether a peer is named: OpenVK's clients say -1 for "none", which is a community's id on VK."""
    return named != 0 and (call.is_versioned or named != -1)


async def read_peer(call: Call, params: PeerParams, domain: str = "", chat_id: int = 0) -> int:
    """Return the peer whom the parameters name; `InvalidParameter` if none is named, `PeerNotFound`."""
    for named in (params.peer_id, params.user_id):
        if is_given(call, named):
            return check_peer(named)
    if chat_id > 0:
        return check_peer(CHAT_PEERS + chat_id)
    if domain:
        if found := await find_user_ids(call.tx, [domain]):
            return found[0]
        if groups := (await find_groups(call.tx, call.owner_id, [domain]))[1]:
            return -next(iter(groups))
        raise PeerNotFound(domain)
    raise InvalidParameter("peer_id")
