"""How VK and OpenVK draw messages."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dvor.core.messages import NO_MARKS, MessagePage
from dvor.core.reactions import NAMED, group_reactions
from dvor.dialects.vk.attachments import AttachmentObject, draw_attachments
from dvor.dialects.vk.text_formats import draw_formats
from dvor.dialects.vk.texts import draw_text
from dvor.methods.declaration import Call
from dvor.model.conversations import Membership
from dvor.model.messages import Action, Extra, Message, Quoted, Reaction

OLDER_MEMBERS_BELOW = (5, 80)
"""Below this version a message has `user_id`, `body` and `read_state` as well."""


class ActionObject(Struct, frozen=True, omit_defaults=True):
    """What happened to a chat."""

    type: str
    member_id: int | UnsetType = UNSET
    text: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    conversation_message_id: int | UnsetType = UNSET


class ForeignMessage(Struct, frozen=True, omit_defaults=True):
    """A message that was forwarded or answered."""

    date: int
    from_id: int
    text: str
    attachments: list[AttachmentObject]
    conversation_message_id: int
    id: int
    peer_id: int | UnsetType = UNSET
    fwd_messages: list["ForeignMessage"] | UnsetType = UNSET


class ReactionCount(Struct, frozen=True):
    """How many reacted to a message in one way, and some of them."""

    reaction_id: int
    count: int
    user_ids: list[int]


class MessageObject(Struct, frozen=True, omit_defaults=True):
    """A message as one member sees it."""

    id: int
    date: int
    peer_id: int
    from_id: int
    text: str
    out: int
    conversation_message_id: int
    random_id: int
    attachments: list[AttachmentObject]
    fwd_messages: list[ForeignMessage]
    important: Literal[0, 1] | bool
    is_hidden: bool
    version: int
    reply_message: ForeignMessage | UnsetType = UNSET
    action: ActionObject | UnsetType = UNSET
    keyboard: dict[str, Any] | UnsetType = UNSET
    template: dict[str, Any] | UnsetType = UNSET
    payload: str | UnsetType = UNSET
    format_data: dict[str, Any] | UnsetType = UNSET
    update_time: int | UnsetType = UNSET
    reactions: list[ReactionCount] | UnsetType = UNSET
    reaction_id: int | UnsetType = UNSET
    last_reaction_id: int | UnsetType = UNSET
    user_id: int | UnsetType = UNSET
    body: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    read_state: int | UnsetType = UNSET
    emoji: bool | UnsetType = UNSET
    deleted: int | UnsetType = UNSET


class MessageDrawing:
    """Draws the messages of one page for one viewer: a user, or (below zero) a community."""

    def __init__(self, call: Call, viewer_id: int, page: MessagePage) -> None:
        self._call = call
        self._viewer_id = viewer_id
        self._page = page
        self._with_older = not call.is_versioned or call.version < OLDER_MEMBERS_BELOW

    def draw(self, message: Message) -> MessageObject:
        """Return a message; without `v`, or below 5.80, with the older members as well."""
        call, page = self._call, self._page
        is_out = message.from_id == self._viewer_id
        extra, attachments = message.extra, message.attachments
        text = draw_text(call, message.text)
        is_important = page.marks.get(message.key, NO_MARKS)[1]
        return MessageObject(
            message.id,
            message.created_at,
            message.peer_for(self._viewer_id),
            message.from_id,
            text,
            int(is_out),
            message.number,
            message.random_id if is_out else 0,
            draw_attachments(call, page.attached, attachments) if attachments else [],
            self._draw_quotes(extra.forwards) if extra else [],
            is_important if call.is_versioned else int(is_important),  # type: ignore[arg-type]
            is_hidden=False,
            version=message.id,
            **self._draw_more(message, text),
        )

    def _draw_more(self, message: Message, text: str) -> dict[str, Any]:
        """Return the members that not every message has."""
        page = self._page
        drawn: dict[str, Any] = {}
        if self._with_older:
            drawn = self._older_members(message, text, page.memberships.get(message.conversation_id))
        if message.extra is not None:
            drawn |= self._draw_extra(message, message.extra)
        if message.edited_at:
            drawn["update_time"] = message.edited_at
        if page.reactions and (reactions := page.reactions.get(message.key)):
            drawn |= self._draw_reactions(reactions)
        return drawn

    def _older_members(self, message: Message, text: str, view: Membership | None) -> dict[str, Any]:
        read_up_to = 0
        if view is not None:
            is_out = message.from_id == self._viewer_id
            read_up_to = view.peer_read_number if is_out else view.read_number
        return {
            "user_id": message.peer_for(self._viewer_id),
            "body": text,
            "title": "",
            "read_state": int(message.number <= read_up_to),
            "emoji": True,
            "deleted": 0,
        }

    def _draw_extra(self, message: Message, extra: Extra) -> dict[str, Any]:
        drawn: dict[str, Any] = {}
        if extra.reply is not None:
            drawn["reply_message"] = self._draw_quoted(extra.reply, peer_id=message.peer_for(self._viewer_id))
        if extra.action is not None:
            drawn["action"] = draw_action(extra.action)
        if extra.keyboard is not None:
            drawn["keyboard"] = draw_keyboard(message)
        if extra.template is not None:
            drawn["template"] = extra.template
        if extra.payload:
            drawn["payload"] = extra.payload
        if extra.formats and self._call.is_versioned:
            drawn["format_data"] = draw_formats(extra.formats)
        return drawn

    def _draw_reactions(self, reactions: list[Reaction]) -> dict[str, Any]:
        by_kind = group_reactions(reactions)
        drawn: dict[str, Any] = {
            "reactions": [ReactionCount(kind, len(who), who[:NAMED]) for kind, who in by_kind.items()],
            "last_reaction_id": max(reactions, key=lambda one: one.reacted_at).reaction_id,
        }
        mine = [one.reaction_id for one in reactions if one.user_id == self._viewer_id]
        return drawn | ({"reaction_id": mine[0]} if mine else {})

    def _draw_quotes(self, quotes: list[Quoted]) -> list[ForeignMessage]:
        return [self._draw_quoted(one) for one in quotes]

    def _draw_quoted(self, quoted: Quoted, peer_id: int = 0) -> ForeignMessage:
        more: dict[str, Any] = {"peer_id": peer_id} if peer_id else {}
        if quoted.forwards:
            more["fwd_messages"] = self._draw_quotes(quoted.forwards)
        return ForeignMessage(
            date=quoted.created_at,
            from_id=quoted.from_id,
            text=draw_text(self._call, quoted.text),
            attachments=draw_attachments(self._call, self._page.attached, quoted.attachments),
            conversation_message_id=quoted.number,
            id=quoted.id,
            **more,
        )


def draw_action(action: Action) -> ActionObject:
    """Return what happened to a chat."""
    is_about_message = action.type in ("chat_pin_message", "chat_unpin_message")
    return ActionObject(
        action.type,
        member_id=action.member_id or UNSET,
        text=UNSET if is_about_message or not action.text else action.text,
        message=action.text if is_about_message and action.text else UNSET,
        conversation_message_id=action.number or UNSET,
    )


def draw_keyboard(message: Message) -> dict[str, Any]:
    """Return the keyboard of a message, with its author as VK has it."""
    assert message.extra is not None
    assert message.extra.keyboard is not None
    return {"author_id": message.from_id} | message.extra.keyboard


def draw_json(value: Any) -> str:
    """Return a value as the JSON text in which VK wraps some members."""
    return msgspec.json.encode(value).decode()
