"""Keyboards and carousels of bots: what a message's `keyboard` and `template` may hold.

Limits and members: dev.vk.com, "Keyboards for bots" and "Message templates".
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from dvor.model.errors import InvalidParameter, Refusal

MAX_BYTES = 16_384
Payload = Annotated[str, Meta(max_length=255)]
Label = Annotated[str, Meta(min_length=1, max_length=40)]


class KeyboardInvalid(Refusal):
    """The keyboard is not one."""


class ButtonAction(Struct, frozen=True, omit_defaults=True):
    """What a button does."""

    type: Literal[
        "text",
        "open_link",
        "location",
        "vkpay",
        "open_app",
        "callback",
        "intent_subscribe",
        "intent_unsubscribe",
    ]
    label: Label | UnsetType = UNSET
    payload: Any = UNSET
    link: Annotated[str, Meta(max_length=2048)] | UnsetType = UNSET
    hash: str | UnsetType = UNSET
    app_id: int | UnsetType = UNSET
    owner_id: int | UnsetType = UNSET
    peer_id: int | UnsetType = UNSET
    intent: str | UnsetType = UNSET
    subscribe_id: int | UnsetType = UNSET


class Button(Struct, frozen=True, omit_defaults=True):
    """A button; only those with text or a callback have a colour."""

    action: ButtonAction
    color: Literal["primary", "secondary", "negative", "positive", "default"] | UnsetType = UNSET


Row = Annotated[list[Button], Meta(min_length=1, max_length=5)]


class Keyboard(Struct, frozen=True):
    """The keyboard below the input field, or (inline) below a message."""

    buttons: list[Row]
    one_time: bool = False
    inline: bool = False


class Element(Struct, frozen=True, omit_defaults=True):
    """A card of a carousel."""

    title: Annotated[str, Meta(max_length=80)] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=80)] | UnsetType = UNSET
    photo_id: str | UnsetType = UNSET
    buttons: Annotated[list[Button], Meta(max_length=3)] = []
    action: dict[str, Any] | UnsetType = UNSET


class Carousel(Struct, frozen=True):
    """Cards side by side."""

    type: Literal["carousel"]
    elements: Annotated[list[Element], Meta(min_length=1, max_length=10)]


_keyboards = msgspec.json.Decoder(Keyboard)
_carousels = msgspec.json.Decoder(Carousel)


def read_keyboard(text: str) -> dict[str, Any] | None:
    """Return a keyboard as it is kept; None for an empty text.  `KeyboardInvalid`."""
    if not text or text == "null":
        return None
    if len(text.encode()) > MAX_BYTES:
        raise KeyboardInvalid(f"longer than {MAX_BYTES} bytes")
    try:
        keyboard = _keyboards.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise KeyboardInvalid(str(error)) from error
    rows, buttons = len(keyboard.buttons), sum(map(len, keyboard.buttons))
    most_rows, most_buttons = (6, 10) if keyboard.inline else (10, 40)
    if rows > most_rows or buttons > most_buttons:
        raise KeyboardInvalid(f"at most {most_rows} rows and {most_buttons} buttons")
    if keyboard.inline and keyboard.one_time:
        raise KeyboardInvalid("an inline keyboard cannot be one_time")
    for row in keyboard.buttons:
        for button in row:
            _check_button(button)
    built: dict[str, Any] = msgspec.to_builtins(keyboard)
    for row in built["buttons"]:
        for button in row:
            _pack_payload(button)
    return built


def _check_button(button: Button) -> None:
    action = button.action
    if action.type in ("text", "callback", "open_link", "open_app") and action.label is UNSET:
        raise KeyboardInvalid(f"a {action.type} button needs a label")
    if action.type == "open_link" and (
        action.link is UNSET or not action.link.startswith(("http://", "https://"))
    ):
        raise KeyboardInvalid("an open_link button needs a link")
    if action.payload is not UNSET and len(msgspec.json.encode(action.payload)) > 512:
        raise KeyboardInvalid("a payload is longer than 255 characters")


def _pack_payload(button: dict[str, Any]) -> None:
    """Keep payloads as JSON text, in which form they come back."""
    payload = button["action"].get("payload")
    if payload is not None and not isinstance(payload, str):
        button["action"]["payload"] = msgspec.json.encode(payload).decode()


def read_template(text: str) -> dict[str, Any] | None:
    """Return a carousel as it is kept; None for an empty text.  `InvalidParameter`."""
    if not text:
        return None
    try:
        built: dict[str, Any] = msgspec.to_builtins(_carousels.decode(text[:MAX_BYTES]))
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameter("template", str(error)) from error
    return built


def callback_payload(keyboard: dict[str, Any] | None, payload: str) -> bool:
    """Say whether a keyboard has a callback button with this payload."""
    rows = keyboard["buttons"] if keyboard else []
    return any(
        button["action"]["type"] == "callback" and button["action"].get("payload", "") == payload
        for row in rows
        for button in row
    )
