"""groups.*: how a community's bots are told: the bots long poll and the servers of the Callback API."""

from typing import Annotated, Literal

from msgspec import Struct

from dvor.core import bots
from dvor.dialects.vk.bot_events import EVENT_NAMES
from dvor.dialects.vk.poll_keys import make_poll_key
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.bots import BotSettings, CallbackServer
from dvor.model.errors import AccessDenied, InvalidParameter
from dvor.model.ids import MAX_USER_ID
from dvor.model.tokens import Scope

GroupId = Annotated[int, doc("The community.", ge=1, le=MAX_USER_ID)]
ServerId = Annotated[int, doc("The callback server.", ge=1, le=MAX_USER_ID)]
Switch = Annotated[bool, doc("Whether this is told.")]


NEVER_TOLD = (
    "audio_new",
    "board_post_delete",
    "board_post_edit",
    "board_post_new",
    "board_post_restore",
    "donut_money_withdraw",
    "donut_money_withdraw_error",
    "donut_subscription_cancelled",
    "donut_subscription_create",
    "donut_subscription_expired",
    "donut_subscription_price_changed",
    "donut_subscription_prolonged",
    "market_comment_delete",
    "market_comment_edit",
    "market_comment_new",
    "market_comment_restore",
    "video_comment_delete",
    "video_comment_edit",
    "video_comment_new",
    "video_comment_restore",
    "video_new",
    "wall_schedule_post_delete",
    "wall_schedule_post_new",
)
"""Events of VK's that do not happen here; clients expect to find them switched off (VK's schema 5.199)."""


class OneGroup(Params, kw_only=True):
    """Parameters that name a community."""

    group_id: GroupId


class PollServer(Struct, frozen=True):
    """Where a bot waits for events: a full address, and the newest event as text."""

    server: str
    key: str
    ts: str


@method("groups.getLongPollServer", scope=Scope.GROUPS, for_groups=True)
async def get_long_poll_server(call: Call, params: OneGroup) -> PollServer:
    """Returns the address and the key with which a community's bot waits for events.

    VK: groups.getLongPollServer.  The long poll has to be switched on with groups.setLongPollSettings.
    """
    settings = await bots.get_bot_settings(call.tx, call.owner_id, params.group_id)
    if not settings.is_enabled:
        raise AccessDenied("the long poll is switched off; switch it on with groups.setLongPollSettings")
    key, cursor = await make_poll_key(call, -params.group_id, is_bot=True)
    return PollServer(f"{call.courtyard.public_url}/wh{params.group_id}", key, str(cursor.number))


class EventSwitches(OneGroup, kw_only=True):
    """What is told, an event each; what is not given stays as it is."""

    api_version: Annotated[str, doc("The API version of the events.", pattern=r"^5\.\d{1,3}$")] | None = None
    message_new: Switch | None = None
    message_reply: Switch | None = None
    message_edit: Switch | None = None
    message_allow: Switch | None = None
    message_deny: Switch | None = None
    message_read: Switch | None = None
    message_typing_state: Switch | None = None
    message_event: Switch | None = None
    message_reaction_event: Switch | None = None
    photo_new: Switch | None = None
    photo_comment_new: Switch | None = None
    photo_comment_edit: Switch | None = None
    photo_comment_restore: Switch | None = None
    photo_comment_delete: Switch | None = None
    wall_post_new: Switch | None = None
    wall_repost: Switch | None = None
    wall_reply_new: Switch | None = None
    wall_reply_edit: Switch | None = None
    wall_reply_restore: Switch | None = None
    wall_reply_delete: Switch | None = None
    like_add: Switch | None = None
    like_remove: Switch | None = None
    group_join: Switch | None = None
    group_leave: Switch | None = None
    group_change_settings: Switch | None = None
    group_change_photo: Switch | None = None
    group_officers_edit: Switch | None = None
    user_block: Switch | None = None
    user_unblock: Switch | None = None
    poll_vote_new: Switch | None = None


def switch(was: BotSettings, params: EventSwitches) -> BotSettings:
    """Return settings with the switches that were given."""
    events: set[str] = set(was.events)
    for name in EVENT_NAMES:
        is_told = getattr(params, name)
        if is_told is not None:
            (events.add if is_told else events.discard)(name)
    return BotSettings(was.is_enabled, params.api_version or was.version, frozenset(events))


class EventSettings(Struct, frozen=True):
    """Whether a community's bots are told, in which version, and of what."""

    is_enabled: bool
    api_version: str
    events: dict[str, int]


def draw_settings(settings: BotSettings) -> EventSettings:
    """Return settings with an entry for every event there is."""
    events = dict.fromkeys(NEVER_TOLD, 0) | {name: int(name in settings.events) for name in EVENT_NAMES}
    return EventSettings(settings.is_enabled, settings.version, events)


@method("groups.getLongPollSettings", scope=Scope.GROUPS, for_groups=True)
async def get_long_poll_settings(call: Call, params: OneGroup) -> EventSettings:
    """Returns what a community's long poll tells.

    VK: groups.getLongPollSettings.
    """
    return draw_settings(await bots.get_bot_settings(call.tx, call.owner_id, params.group_id))


class SetPollSettings(EventSwitches, kw_only=True):
    """Parameters of groups.setLongPollSettings."""

    enabled: Annotated[bool, doc("Whether the long poll answers.")] | None = None


@method("groups.setLongPollSettings", scope=Scope.GROUPS, for_groups=True, writes=True, is_repeatable=True)
async def set_long_poll_settings(call: Call, params: SetPollSettings) -> Literal[1]:
    """Changes what a community's long poll tells.

    VK: groups.setLongPollSettings.
    """
    was = await bots.get_bot_settings(call.tx, call.owner_id, params.group_id)
    settings = switch(was, params)
    is_enabled = was.is_enabled if params.enabled is None else params.enabled
    settings = BotSettings(is_enabled, settings.version, settings.events)
    await bots.save_bot_settings(call.tx, call.owner_id, params.group_id, settings)
    return 1


class ConfirmationCode(Struct, frozen=True):
    """What a community's servers answer to be recognised."""

    code: str


@method("groups.getCallbackConfirmationCode", scope=Scope.GROUPS, for_groups=True)
async def get_callback_confirmation_code(call: Call, params: OneGroup) -> ConfirmationCode:
    """Returns what a server answers to `{"type": "confirmation"}`.

    VK: groups.getCallbackConfirmationCode.
    """
    await bots.list_servers(call.tx, call.owner_id, params.group_id)
    return ConfirmationCode(bots.confirmation_code(call.courtyard.master_key, params.group_id))


class ServerObject(Struct, frozen=True):
    """A callback server; `status` is unconfigured, wait, failed or ok."""

    id: int
    title: str
    creator_id: int
    url: str
    secret_key: str
    status: str


class ServerList(Struct, frozen=True):
    """A community's callback servers."""

    count: int
    items: list[ServerObject]


class GetServers(OneGroup, kw_only=True):
    """Parameters of groups.getCallbackServers."""

    server_ids: Annotated[list[ServerId], doc("Only these.", max_length=100)] = []


@method("groups.getCallbackServers", scope=Scope.GROUPS, for_groups=True)
async def get_callback_servers(call: Call, params: GetServers) -> ServerList:
    """Returns a community's callback servers.

    VK: groups.getCallbackServers.
    """
    servers = await bots.list_servers(call.tx, call.owner_id, params.group_id)
    wanted = params.server_ids or [server.id for server in servers]
    items = [_draw_server(call, server) for server in servers if server.id in wanted]
    return ServerList(len(items), items)


def _draw_server(call: Call, server: CallbackServer) -> ServerObject:
    secret = call.courtyard.master_key.decrypt(bots.SECRET_PURPOSE, server.secret).decode()
    return ServerObject(server.id, server.title, server.creator_id, server.url, secret, server.status)


class ServerParams(OneGroup, kw_only=True):
    """What a callback server is."""

    url: Annotated[str, doc("Its address, http or https.", max_length=2048)]
    title: Annotated[str, doc("Its name, at most 14 characters.", max_length=14)]
    secret_key: Annotated[str, doc("A word that every call carries.", max_length=50)] = ""

    def read(self) -> bots.NewServer:
        """Return the server; `InvalidParameter` for what is no address."""
        if not self.url.startswith(("http://", "https://")):
            raise InvalidParameter("url", "is no http address")
        return bots.NewServer(self.url, self.title, self.secret_key)


class AddedServer(Struct, frozen=True):
    """The id of a new callback server."""

    server_id: int


@method("groups.addCallbackServer", scope=Scope.GROUPS, for_groups=True, writes=True)
async def add_callback_server(call: Call, params: ServerParams) -> AddedServer:
    """Adds a callback server, which is asked for the community's code at once and told nothing before.

    VK: groups.addCallbackServer.
    """
    master_key, server = call.courtyard.master_key, params.read()
    return AddedServer(
        await bots.add_server(call.tx, master_key, call.owner_id, params.group_id, server, now=call.now)
    )


class EditServer(ServerParams, kw_only=True):
    """Parameters of groups.editCallbackServer."""

    server_id: ServerId


@method("groups.editCallbackServer", scope=Scope.GROUPS, for_groups=True, writes=True)
async def edit_callback_server(call: Call, params: EditServer) -> Literal[1]:
    """Changes a callback server; with another address it has to be confirmed anew.

    VK: groups.editCallbackServer.
    """
    master_key, server = call.courtyard.master_key, params.read()
    await bots.edit_server(
        call.tx, master_key, call.owner_id, params.group_id, params.server_id, server, now=call.now
    )
    return 1


class OneServer(OneGroup, kw_only=True):
    """Parameters that name a callback server."""

    server_id: ServerId


@method("groups.deleteCallbackServer", scope=Scope.GROUPS, for_groups=True, writes=True)
async def delete_callback_server(call: Call, params: OneServer) -> Literal[1]:
    """Removes a callback server.

    VK: groups.deleteCallbackServer.
    """
    await bots.delete_server(call.tx, call.owner_id, params.group_id, params.server_id)
    return 1


@method("groups.getCallbackSettings", scope=Scope.GROUPS, for_groups=True)
async def get_callback_settings(call: Call, params: OneServer) -> EventSettings:
    """Returns what a callback server is told.

    VK: groups.getCallbackSettings.
    """
    server = await bots.get_server(call.tx, call.owner_id, params.group_id, params.server_id)
    return draw_settings(server.settings)


class SetServerSettings(EventSwitches, kw_only=True):
    """Parameters of groups.setCallbackSettings."""

    server_id: ServerId


@method("groups.setCallbackSettings", scope=Scope.GROUPS, for_groups=True, writes=True, is_repeatable=True)
async def set_callback_settings(call: Call, params: SetServerSettings) -> Literal[1]:
    """Changes what a callback server is told.

    VK: groups.setCallbackSettings.
    """
    server = await bots.get_server(call.tx, call.owner_id, params.group_id, params.server_id)
    settings = switch(server.settings, params)
    await bots.set_server_settings(call.tx, call.owner_id, params.group_id, params.server_id, settings)
    return 1
