"""How VK and OpenVK draw documents and voice messages."""

from typing import Any
from urllib.parse import quote

from msgspec import UNSET, Struct, UnsetType

from dvor.dialects.vk.texts import draw_text
from dvor.methods.declaration import Call
from dvor.model.documents import Document

PUBLIC_FOLDER = 3
"""OpenVK's number of the folder whose documents everybody finds."""


class PreviewSize(Struct, frozen=True):
    """One size of a document's picture."""

    src: str
    width: int
    height: int
    type: str


class PreviewPhoto(Struct, frozen=True):
    """The picture of a document."""

    sizes: list[PreviewSize]


class PreviewSound(Struct, frozen=True):
    """What there is to hear; both addresses give the file that was sent, which is Ogg."""

    duration: int
    waveform: list[int]
    link_ogg: str
    link_mp3: str


class PreviewObject(Struct, frozen=True, omit_defaults=True):
    """What is shown before a document is opened."""

    photo: PreviewPhoto | UnsetType = UNSET
    audio_msg: PreviewSound | UnsetType = UNSET


class DocumentObject(Struct, frozen=True, omit_defaults=True):
    """A document; the last members are OpenVK's."""

    id: int
    owner_id: int
    title: str
    size: int
    ext: str
    date: int
    type: int
    url: str
    access_key: str
    preview: PreviewObject | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    is_hidden: int | UnsetType = UNSET
    is_licensed: int | UnsetType = UNSET
    is_unsafe: int | UnsetType = UNSET
    folder_id: int | UnsetType = UNSET
    private_url: str | UnsetType = UNSET
    can_manage: bool | UnsetType = UNSET


class VoiceObject(Struct, frozen=True):
    """A voice message."""

    id: int
    owner_id: int
    duration: int
    waveform: list[int]
    link_ogg: str
    link_mp3: str
    access_key: str


def draw_url(call: Call, document: Document) -> str:
    """Return the address of a document's file, which opens it to whoever has the address."""
    key = f"{document.owner_id}_{document.id}_{document.access_key}"
    return f"{call.courtyard.public_url}/documents/{key}/{quote(document.title, safe='')}"


def draw_document(call: Call, document: Document, *, with_tags: bool = False) -> DocumentObject:
    """Return a document."""
    more: dict[str, Any] = {}
    if document.preview.sizes:
        more["preview"] = PreviewObject(photo=PreviewPhoto(_draw_sizes(call, document)))
    elif document.kind == "audio_message":
        voice = draw_voice(call, document)
        sound = PreviewSound(voice.duration, voice.waveform, voice.link_ogg, voice.link_mp3)
        more["preview"] = PreviewObject(audio_msg=sound)
    if with_tags:
        more["tags"] = document.tags
    if not call.is_versioned:
        more |= {"is_hidden": int(not document.is_listed), "is_licensed": 0, "is_unsafe": 0}
        more |= {"folder_id": PUBLIC_FOLDER if document.owner_id < 0 and document.is_listed else 0}
        more |= {"private_url": "", "can_manage": document.owner_id == call.owner_id}
    return DocumentObject(
        id=document.id,
        owner_id=document.owner_id,
        title=draw_text(call, document.title),
        size=document.size,
        ext=document.ext,
        date=document.created_at,
        type=document.type,
        url=draw_url(call, document),
        access_key=document.access_key,
        **more,
    )


def draw_voice(call: Call, document: Document) -> VoiceObject:
    """Return a document that is a voice message."""
    url, preview = draw_url(call, document), document.preview
    return VoiceObject(
        id=document.id,
        owner_id=document.owner_id,
        duration=preview.duration,
        waveform=preview.waveform,
        link_ogg=url,
        link_mp3=url,
        access_key=document.access_key,
    )


def _draw_sizes(call: Call, document: Document) -> list[PreviewSize]:
    return [
        PreviewSize(call.courtyard.file_url(one.file), one.width, one.height, one.type)
        for one in document.preview.sizes
    ]
