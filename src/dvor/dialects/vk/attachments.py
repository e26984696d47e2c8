"""Attachments: how VK names them in a parameter and draws them in posts, comments and messages."""

import re

from msgspec import UNSET, Struct, UnsetType

from dvor.core.attachments import Attached
from dvor.dialects.vk.photo_objects import PhotoObject, draw_photo
from dvor.methods.declaration import Call
from dvor.model.attachments import Attachment
from dvor.model.errors import InvalidParameter

KINDS = ("photo",)
"""What can be attached."""

_ATTACHMENT = re.compile(r"(?P<kind>[a-z_]+)(?P<owner>-?\d{1,10})_(?P<id>\d{1,15})(?:_\w+)?", re.ASCII)


class AttachmentObject(Struct, frozen=True, omit_defaults=True):
    """Something attached to a post, a comment or a message; the member of the name of `type` is there."""

    type: str
    photo: PhotoObject | UnsetType = UNSET


def read_attachments(name: str, texts: list[str]) -> list[Attachment]:
    """Return the attachments that a parameter names; what cannot be attached yet is refused rather than lost."""
    attachments = []
    for text in texts:
        match = _ATTACHMENT.fullmatch(text)
        if match is None or match["kind"] not in KINDS:
            raise InvalidParameter(name, f"{text[:64]!r} cannot be attached; photos can (photo1_2)")
        attachments.append(Attachment(match["kind"], int(match["owner"]), int(match["id"])))
    return attachments


def draw_attachments(call: Call, attached: Attached, attachments: list[Attachment]) -> list[AttachmentObject]:
    """Return those of the attachments that the viewer may see."""
    drawn = []
    for one in attachments:
        key = (one.owner_id, one.id)
        if one.type == "photo" and key in attached.photos:
            photo = draw_photo(call.courtyard, attached.photos[key], call.version)
            drawn.append(AttachmentObject("photo", photo=photo))
    return drawn
