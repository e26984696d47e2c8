"""Attachments: how VK names them in a parameter and draws them in posts, comments and messages."""

import re
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET, Struct, UnsetType

from dvor.core.attachments import Attached
from dvor.dialects.vk.document_objects import DocumentObject, VoiceObject, draw_document, draw_voice
from dvor.dialects.vk.photo_objects import PhotoObject, draw_photo
from dvor.dialects.vk.poll_objects import PollObject, draw_poll
from dvor.dialects.vk.texts import draw_text
from dvor.methods.declaration import Call
from dvor.model.attachments import Attachment
from dvor.model.errors import InvalidParameter
from dvor.model.wall import Post

COMMENT_KINDS = ("photo", "doc")
POST_KINDS = ("photo", "poll", "doc", "link")
MESSAGE_KINDS = ("photo", "poll", "doc", "audio_message", "wall", "link")
"""What can be attached where."""
EXAMPLES = {
    "photo": "photo1_2",
    "poll": "poll1_2",
    "doc": "doc1_2",
    "audio_message": "audio_message1_2",
    "wall": "wall1_2",
    "link": "https://example.org/",
}
MAX_ADDRESS = 2048

_ATTACHMENT = re.compile(
    r"(?P<kind>[a-z_]{1,20})(?P<owner>-?\d{1,10})_(?P<id>\d{1,15})(?:_(?P<key>\w{1,64}))?", re.ASCII
)


class LinkObject(Struct, frozen=True):
    """An address; nothing is fetched from it, so that its title is its host."""

    url: str
    title: str
    caption: str
    description: str


class AttachedPost(Struct, frozen=True, omit_defaults=True):
    """A post that a message shows."""

    id: int
    from_id: int
    to_id: int
    owner_id: int
    date: int
    post_type: str
    text: str
    attachments: list["AttachmentObject"] | UnsetType = UNSET


class AttachmentObject(Struct, frozen=True, omit_defaults=True):
    """Something attached to a post, a comment or a message; the member of the name of `type` is there."""

    type: str
    photo: PhotoObject | UnsetType = UNSET
    poll: PollObject | UnsetType = UNSET
    doc: DocumentObject | UnsetType = UNSET
    audio_message: VoiceObject | UnsetType = UNSET
    wall: AttachedPost | UnsetType = UNSET
    link: LinkObject | UnsetType = UNSET


def read_attachments(name: str, texts: list[str], kinds: tuple[str, ...]) -> list[Attachment]:
    """Return the attachments that a parameter names; what cannot be attached here is refused rather than lost."""
    return [_read(name, text, kinds) for text in texts]


def _read(name: str, text: str, kinds: tuple[str, ...]) -> Attachment:
    if "link" in kinds and text.startswith(("http://", "https://")):
        return Attachment("link", 0, 0, url=_check_address(name, text))
    match = _ATTACHMENT.fullmatch(text)
    if match is None or match["kind"] not in kinds:
        can = ", ".join(EXAMPLES[kind] for kind in kinds)
        raise InvalidParameter(name, f"{text[:64]!r} cannot be attached; what can: {can}")
    # a voice message is a document too, and clients name it either way
    kind = "doc" if match["kind"] == "audio_message" else match["kind"]
    return Attachment(kind, int(match["owner"]), int(match["id"]), match["key"] or "")


def _check_address(name: str, text: str) -> str:
    try:
        is_whole = bool(urlsplit(text).hostname)
    except ValueError:
        is_whole = False
    if not is_whole or len(text) > MAX_ADDRESS or not text.isprintable() or " " in text:
        raise InvalidParameter(name, f"{text[:64]!r} is no address")
    return text


def draw_attachments(call: Call, attached: Attached, attachments: list[Attachment]) -> list[AttachmentObject]:
    """Return those of the attachments that the viewer may see."""
    return [
        AttachmentObject(kind, **{kind: _draw(call, attached, one, kind)})
        for one in attachments
        if attached.has(one)
        for kind in (attached.kind_of(one),)
    ]


def _draw(call: Call, attached: Attached, one: Attachment, kind: str) -> Any:
    key = (one.owner_id, one.id)
    match kind:
        case "photo":
            return draw_photo(call.courtyard, attached.photos[key], call.version)
        case "poll":
            return draw_poll(call, attached.polls[key], attached.owners.get(one.owner_id))
        case "doc":
            return draw_document(call, attached.documents[key])
        case "audio_message":
            return draw_voice(call, attached.documents[key])
        case "wall":
            return _draw_post(call, attached, attached.posts[key])
        case _:
            host = urlsplit(one.url).hostname or ""
            return LinkObject(one.url, host, host, "")


def _draw_post(call: Call, attached: Attached, post: Post) -> AttachedPost:
    # a post shown by a post is not followed any further
    inner = [one for one in post.attachments if one.type != "wall"]
    return AttachedPost(
        post.id,
        post.from_id,
        post.owner_id,
        post.owner_id,
        post.created_at,
        "post",
        draw_text(call, post.text),
        draw_attachments(call, attached, inner) or UNSET,
    )
