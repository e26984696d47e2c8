"""messages.*: reactions to messages."""

from typing import Annotated, Any, Literal

from msgspec import Struct

from dvor.core.messages import find_message, get_numbered
from dvor.core.privacy import load_owners
from dvor.core.reactions import NAMED, mark_reactions_read, react
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.peers import OnePeer, SignedId, check_peer, read_actor
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.ids import MAX_NUMBER
from dvor.model.messages import REACTIONS, Reaction
from dvor.model.tokens import Scope

Cmid = Annotated[int, doc("A message's number within its conversation.", ge=0, le=MAX_NUMBER)]


def draw_counter(found: list[Reaction], kind: int) -> dict[str, Any]:
    """Return how many reacted in one way, and some of them."""
    who = [one.user_id for one in found if one.reaction_id == kind]
    return {"reaction_id": kind, "count": len(who), "user_ids": who[:NAMED]}


class React(OnePeer):
    """Parameters of messages.sendReaction."""

    cmid: Cmid
    reaction_id: Annotated[int, doc("VK's number of the reaction, 1 to 16.", ge=1, le=MAX_NUMBER)]


@method("messages.sendReaction", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def send_reaction(call: Call, params: React) -> Literal[1]:
    """Reacts to a message, in place of what the caller reacted before.

    VK: messages.sendReaction.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    await react(call.tx, actor_id, peer_id, params.cmid, params.reaction_id, now=call.now)
    return 1


class OneMessage(OnePeer, kw_only=True):
    """Parameters that name one message."""

    cmid: Cmid


@method("messages.deleteReaction", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def delete_reaction(call: Call, params: OneMessage) -> Literal[1]:
    """Takes the caller's reaction to a message back, if there is one.

    VK: messages.deleteReaction.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    await react(call.tx, actor_id, peer_id, params.cmid, 0, now=call.now)
    return 1


class GetReacted(OneMessage):
    """Parameters of messages.getReactedPeers."""

    reaction_id: Annotated[int, doc("Only this reaction; 0: all.", ge=0, le=16)] = 0


class ReactedPeers(Struct, frozen=True):
    """Who reacted to a message, and how often each way."""

    count: int
    reactions: list[dict[str, int]]
    counters: list[dict[str, Any]]
    profiles: list[UserObject]
    groups: list[GroupObject]


@method("messages.getReactedPeers", scope=Scope.MESSAGES, for_groups=True)
async def get_reacted_peers(call: Call, params: GetReacted) -> ReactedPeers:
    """Returns who reacted to a message.

    VK: messages.getReactedPeers.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    message = await find_message(call.tx, actor_id, peer_id, number=params.cmid)
    page = await get_numbered(call.tx, actor_id, peer_id, [params.cmid])
    found = page.reactions.get(message.key, [])
    listed = [one for one in found if params.reaction_id in (0, one.reaction_id)]
    owners = await load_owners(call.tx, actor_id, {one.user_id for one in listed})
    kinds = sorted({one.reaction_id for one in found})
    return ReactedPeers(
        len(listed),
        [{"reaction_id": one.reaction_id, "user_id": one.user_id} for one in listed],
        [draw_counter(found, kind) for kind in kinds],
        draw_profiles(call, owners, []),
        draw_groups(call, owners, []),
    )


class GetReactions(OnePeer):
    """Parameters of messages.getMessagesReactions."""

    cmids: Annotated[list[Cmid], doc("Up to 100 numbers.", max_length=100)]


class MessageReactions(Struct, frozen=True):
    """The reactions to one message."""

    cmid: int
    counters: list[dict[str, Any]]


class ReactionList(Struct, frozen=True):
    """The reactions to several messages."""

    items: list[MessageReactions]


@method("messages.getMessagesReactions", scope=Scope.MESSAGES, for_groups=True)
async def get_messages_reactions(call: Call, params: GetReactions) -> ReactionList:
    """Returns the reactions to messages of a conversation.

    VK: messages.getMessagesReactions.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    page = await get_numbered(call.tx, actor_id, peer_id, params.cmids)
    items = []
    for message in page.messages:
        found = page.reactions.get(message.key, [])
        counters = [draw_counter(found, kind) for kind in sorted({one.reaction_id for one in found})]
        items.append(MessageReactions(message.number, counters))
    return ReactionList(items)


class MarkRead(Params):
    """Parameters of messages.markReactionsAsRead."""

    peer_id: SignedId
    cmids: Annotated[
        list[Cmid], doc("Up to 100 messages; none: all of the conversation.", max_length=100)
    ] = []


@method("messages.markReactionsAsRead", scope=Scope.MESSAGES, writes=True, is_repeatable=True)
async def mark_reactions_as_read(call: Call, params: MarkRead) -> Literal[1]:
    """Notes that the caller has seen the reactions to messages of his.

    VK: messages.markReactionsAsRead.
    """
    peer_id = check_peer(params.peer_id)
    await mark_reactions_read(call.tx, call.user_id, peer_id, params.cmids, now=call.now)
    return 1


class GetAssets(Params):
    """Parameters of messages.getReactionsAssets."""

    client_version: Annotated[
        int, doc("The version that the client has; all are given whatever it is.", ge=1, le=MAX_NUMBER)
    ] = 1


class ReactionLinks(Struct, frozen=True):
    """Where the pictures of a reaction are: Lottie animations, and a PNG of 144 pixels."""

    big_animation: str
    small_animation: str
    static: str


class ReactionAsset(Struct, frozen=True):
    """A reaction and its pictures."""

    reaction_id: int
    links: ReactionLinks


class ReactionAssets(Struct, frozen=True):
    """All reactions that can be given; `version` rises when their pictures change."""

    assets: list[ReactionAsset]
    reaction_ids: list[int]
    version: int


ASSETS_VERSION = 1


@method("messages.getReactionsAssets", scope=Scope.MESSAGES)
async def get_reactions_assets(call: Call, params: GetAssets) -> ReactionAssets:
    """Returns the reactions that can be given, and where their pictures are.

    VK: messages.getReactionsAssets.  One animation serves both sizes.
    """
    assets = []
    for number, name in enumerate(REACTIONS, 1):
        address = f"{call.courtyard.public_url}/static/reaction_{name}"
        links = ReactionLinks(f"{address}.json", f"{address}.json", f"{address}.png")
        assets.append(ReactionAsset(number, links))
    return ReactionAssets(assets, [one.reaction_id for one in assets], ASSETS_VERSION)
