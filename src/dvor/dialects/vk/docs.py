"""docs.*: the three steps of uploading a document, and keeping, finding and changing documents."""

import re
from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import documents
from dvor.core.documents import NewDocument
from dvor.core.files import make_address, read_document_receipt
from dvor.core.privacy import load_owner
from dvor.dialects.vk.document_objects import DocumentObject, VoiceObject, draw_document, draw_voice
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.documents import MAX_TAGS, TYPE_NAMES, DocumentKind, DocumentOrder
from dvor.model.errors import DocumentForbidden, InvalidParameter, InvalidUpload, NotImplementedYet
from dvor.model.ids import MAX_USER_ID, ItemId, OwnerId
from dvor.model.tokens import Scope

OBJECT_FROM = (5, 78)
"""From this version on docs.save answers an object instead of a list."""
TYPED_FROM = 5
"""Below this major version lists are `[count, item, …]`."""
_KEY = re.compile(r"(?:doc)?(-?\d{1,10})_(\d{1,15})(?:_(\w{1,64}))?", re.ASCII)
_PURPOSE = re.compile(r"doc (-?\d+) (doc|audio_message) ([01])", re.ASCII)
Offset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]
Question = Annotated[str, doc("Beginnings of words of the title and the tags.", max_length=512)]
GroupFor = Annotated[int, doc("The community that it is for; 0 for oneself.", ge=0, le=MAX_USER_ID)]


class DocumentServer(Struct, frozen=True):
    """Where to POST a file as multipart/form-data, within ten minutes."""

    upload_url: str


def _server(call: Call, owner_id: int, *, kind: DocumentKind = "doc", is_listed: bool) -> DocumentServer:
    purpose = f"doc {owner_id} {kind} {int(is_listed)}"
    address = make_address(call.courtyard, call.owner_id, purpose)
    return DocumentServer(f"{call.courtyard.public_url}/upload/doc/{address}")


class ForGroup(Params, kw_only=True):
    """Parameters that may name a community."""

    group_id: GroupFor = 0


@method("docs.getUploadServer", scope=Scope.DOCS)
async def get_upload_server(call: Call, params: ForGroup) -> DocumentServer:
    """Returns the address to which a document for one's own list, or a community's, is sent.

    VK: docs.getUploadServer.
    """
    owner_id = -params.group_id or call.owner_id
    await documents.check_owner(call.tx, call.owner_id, owner_id)
    return _server(call, owner_id, is_listed=True)


UploadKind = Annotated[
    Literal["", "doc", "audio_message", "graffiti"], doc("`doc`, or `audio_message`: an Ogg file.")
]


def _read_kind(name: str) -> DocumentKind:
    if name == "graffiti":
        raise NotImplementedYet("graffiti")
    return "audio_message" if name == "audio_message" else "doc"


class WallUpload(ForGroup, kw_only=True):
    """Parameters of docs.getWallUploadServer."""

    type: UploadKind = "doc"


@method("docs.getWallUploadServer", scope=Scope.DOCS, for_groups=True)
async def get_wall_upload_server(call: Call, params: WallUpload) -> DocumentServer:
    """Returns the address to which a document for a wall is sent; it is in nobody's list.

    VK: docs.getWallUploadServer; clients send voice messages of communities there too.  On a community's wall who does not edit the community shows a document of his own.
    """
    owner_id = call.owner_id
    if params.group_id and (await load_owner(call.tx, owner_id, -params.group_id)).is_edited:
        owner_id = -params.group_id
    return _server(call, owner_id, kind=_read_kind(params.type), is_listed=False)


class MessageUpload(Params, kw_only=True):
    """Parameters of docs.getMessagesUploadServer."""

    type: UploadKind = "doc"
    peer_id: Annotated[int, doc("The conversation that it is for; not needed.")] = 0


@method("docs.getMessagesUploadServer", scope=Scope.DOCS, for_groups=True)
async def get_messages_upload_server(call: Call, params: MessageUpload) -> DocumentServer:
    """Returns the address to which a document or a voice message for a conversation is sent.

    VK: docs.getMessagesUploadServer.
    """
    return _server(call, call.owner_id, kind=_read_kind(params.type), is_listed=False)


class SaveDocument(Params, kw_only=True):
    """Parameters of docs.save."""

    file: Annotated[str, doc("`file` of the upload's answer.")]
    title: Annotated[str, doc("Its title; without one the file's name.", max_length=1024)] = ""
    tags: Annotated[list[str], doc(f"Words to find it by, at most {MAX_TAGS} characters.")] = []
    return_tags: Annotated[bool, doc("Give the tags too.")] = False


class SavedDocument(Struct, frozen=True, omit_defaults=True):
    """The new document, in the member that `type` names."""

    type: str
    doc: DocumentObject | UnsetType = UNSET
    audio_message: VoiceObject | UnsetType = UNSET


@method("docs.save", scope=Scope.DOCS, for_groups=True, writes=True, is_repeatable=True)
async def save(call: Call, params: SaveDocument) -> SavedDocument | list[DocumentObject]:
    """Makes a document of an uploaded file; saving the same upload again gives the same document.

    VK: docs.save, from 5.78 on with an object, before that (and without `v`) with a list.
    """
    courtyard = call.courtyard
    body, _, signature = params.file.partition(".")
    purpose, upload = read_document_receipt(courtyard, call.owner_id, body, signature)
    match = _PURPOSE.fullmatch(purpose)
    if match is None:
        raise InvalidUpload("the upload is none of a document")
    new = NewDocument(
        owner_id=int(match[1]),
        kind=_read_kind(match[2]),
        is_listed=match[3] == "1",
        title=params.title,
        tags=params.tags,
        access_key=_make_key(call, upload.id),
    )
    quota = courtyard.settings.file_quota
    document = await documents.save_document(call.tx, call.owner_id, upload, new, quota=quota, now=call.now)
    if not call.is_versioned or call.version < OBJECT_FROM:
        return [draw_document(call, document, with_tags=params.return_tags)]
    if document.kind == "audio_message":
        return SavedDocument("audio_message", audio_message=draw_voice(call, document))
    return SavedDocument("doc", doc=draw_document(call, document, with_tags=params.return_tags))


def _make_key(call: Call, name: str) -> str:
    """Return the key of a document that an upload of this name becomes."""
    return call.courtyard.master_key.sign("document access", name.encode())[:9].hex()


class DocumentList(Struct, frozen=True):
    """Documents; `count` is how many there are in all."""

    count: int
    items: list[DocumentObject]


class ListDocuments(Params, kw_only=True):
    """Parameters of docs.get."""

    owner_id: Annotated[OwnerId, doc("Oneself (0), or minus a community's id.")] = 0
    type: Annotated[int, doc("Only of this type, 1 to 8; 0 or -1: all.", ge=-1, le=8)] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many to return; without `v` 30.", ge=0, le=2000)] | None = None
    return_tags: Annotated[bool, doc("Give the tags too.")] = False
    order: Annotated[
        Literal[0, 1, 2], doc("The newest first, or by title, or the largest first (OpenVK).")
    ] = 0


ORDERS: dict[int, DocumentOrder] = {0: "newest", 1: "title", 2: "size"}


@method("docs.get", scope=Scope.DOCS)
async def get(call: Call, params: ListDocuments) -> DocumentList | list[int | DocumentObject]:
    """Returns the documents in one's own list, or a community's.

    VK: docs.get.
    """
    default = 2000 if call.is_versioned else 30
    page = await documents.list_documents(
        call.tx,
        call.owner_id,
        params.owner_id or call.owner_id,
        type_number=max(params.type, 0),
        offset=params.offset,
        count=default if params.count is None else params.count,
        order=ORDERS[params.order],
    )
    drawn = [draw_document(call, one, with_tags=params.return_tags) for one in page.documents]
    return DocumentList(page.count, drawn) if call.version[0] >= TYPED_FROM else [page.count, *drawn]


class GetDocuments(Params, kw_only=True):
    """Parameters of docs.getById."""

    docs: Annotated[list[str], doc("Up to 100 documents: `1_2,1_3_ACCESSKEY`.", max_length=100)]
    return_tags: Annotated[bool, doc("Give the tags too.")] = False


@method("docs.getById", scope=Scope.DOCS, for_groups=True)
async def get_by_id(call: Call, params: GetDocuments) -> list[DocumentObject]:
    """Returns documents by their ids; those that are gone or hidden are left out.

    VK: docs.getById.
    """
    matches = [_KEY.fullmatch(text) for text in params.docs]
    if not matches or None in matches:
        raise InvalidParameter("docs", "names no documents (1_2 or 1_2_KEY)" if matches else "")
    keys = [(int(one[1]), int(one[2]), one[3] or "") for one in matches if one]
    found = await documents.get_documents(call.tx, call.owner_id, keys)
    return [draw_document(call, one, with_tags=params.return_tags) for one in found]


class DocumentType(Struct, frozen=True, omit_defaults=True):
    """A type of documents, and how many there are; without `v` its number is called `type`."""

    name: str
    count: int
    id: int | UnsetType = UNSET
    type: int | UnsetType = UNSET


class DocumentTypes(Struct, frozen=True):
    """The types of which there are documents."""

    count: int
    items: list[DocumentType]


class OfOwner(Params, kw_only=True):
    """Parameters of docs.getTypes."""

    owner_id: Annotated[OwnerId, doc("Oneself (0), or minus a community's id.")] = 0


@method("docs.getTypes", scope=Scope.DOCS)
async def get_types(call: Call, params: OfOwner) -> DocumentTypes:
    """Returns of which types there are documents, and how many.

    VK: docs.getTypes.
    """
    counts = await documents.count_types(call.tx, call.owner_id, params.owner_id or call.owner_id)
    name = "id" if call.is_versioned else "type"
    types = [DocumentType(TYPE_NAMES[one], count, **{name: one}) for one, count in sorted(counts.items())]
    return DocumentTypes(len(types), types)


class GetTags(OfOwner, kw_only=True):
    """Parameters of docs.getTags."""

    type: Annotated[int, doc("Only of documents of this type, 1 to 8; 0 or -1: of all.", ge=-1, le=8)] = 0


MAX_LISTED_TAGS = 50
"""OpenVK's figure."""


@method("docs.getTags", scope=Scope.DOCS)
async def get_tags(call: Call, params: GetTags) -> list[str]:
    """Returns up to 50 tags of one's own documents, or of a community's.

    OpenVK: docs.getTags; VK has none.
    """
    owner_id = params.owner_id or call.owner_id
    tags = await documents.list_tags(call.tx, call.owner_id, owner_id, max(params.type, 0))
    return tags[:MAX_LISTED_TAGS]


class SearchDocuments(Params, kw_only=True):
    """Parameters of docs.search."""

    q: Question
    search_own: Annotated[bool, doc("Only one's own.")] = False
    type: Annotated[int, doc("Only of this type, 1 to 8; 0: all (OpenVK).", ge=0, le=8)] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many to return; without `v` 30.", ge=0, le=1000)] | None = None
    return_tags: Annotated[bool, doc("Give the tags too.")] = False


@method("docs.search", scope=Scope.DOCS, for_groups=True, not_yet=("tags",))
async def search(call: Call, params: SearchDocuments) -> DocumentList:
    """Finds documents by words of title and tags, the newest first: one's own, and those of communities.

    VK: docs.search, which finds other people's too; here nobody else may look through a person's documents, while a
    community's are open to whoever sees the community.
    """
    if not params.q.strip():
        raise InvalidParameter("q")
    count = (20 if call.is_versioned else 30) if params.count is None else params.count
    page = await documents.search_documents(
        call.tx,
        call.owner_id,
        params.q,
        is_own=params.search_own,
        offset=params.offset,
        count=count,
        type_number=params.type,
    )
    return DocumentList(
        page.count, [draw_document(call, one, with_tags=params.return_tags) for one in page.documents]
    )


class OneDocument(Params, kw_only=True):
    """Parameters that name a document."""

    owner_id: Annotated[OwnerId, doc("Whose document; 0 for one's own.")] = 0
    doc_id: Annotated[ItemId, doc("Its number.")]


class AddDocument(OneDocument, kw_only=True):
    """Parameters of docs.add."""

    access_key: Annotated[
        str, doc("The key of a document that is not shown to everybody.", max_length=64)
    ] = ""


@method("docs.add", scope=Scope.DOCS, writes=True, is_repeatable=True)
async def add(call: Call, params: AddDocument) -> int | str:
    """Puts a document into one's own list, and returns its number there (without `v` with the owner's before it).

    VK: docs.add.
    """
    owner_id = params.owner_id or call.user_id
    added = await documents.add_document(
        call.tx,
        call.user_id,
        (owner_id, params.doc_id, params.access_key),
        _make_key(call, f"{call.user_id} {owner_id}_{params.doc_id}"),
        quota=call.courtyard.settings.file_quota,
        now=call.now,
    )
    return added.id if call.is_versioned else f"{added.owner_id}_{added.id}"


class EditDocument(OneDocument, kw_only=True):
    """Parameters of docs.edit; what is not given stays as it is."""

    title: Annotated[str, doc("The title, at most 128 characters.")] | None = None
    tags: Annotated[list[str], doc("The tags; without `v` none are none.")] | None = None


@method(
    "docs.edit",
    scope=Scope.DOCS,
    writes=True,
    is_repeatable=True,
    not_yet=("folder_id", "owner_hidden"),
)
async def edit(call: Call, params: EditDocument) -> Literal[1]:
    """Changes a document of one's own, or of a community that one edits.

    VK: docs.edit.
    """
    tags = params.tags if params.tags is not None or call.is_versioned else []
    title = params.title if params.title is not None and (params.title or call.is_versioned) else None
    key = (params.owner_id or call.user_id, params.doc_id)
    await documents.edit_document(call.tx, call.user_id, key, title, tags)
    return 1


@method("docs.delete", scope=Scope.DOCS, writes=True, errors={DocumentForbidden: 1151})
async def delete(call: Call, params: OneDocument) -> Literal[1]:
    """Deletes a document of one's own, or of a community that one edits.

    VK: docs.delete.
    """
    key = (params.owner_id or call.user_id, params.doc_id)
    await documents.delete_document(call.tx, call.user_id, key, now=call.now)
    return 1


@method("docs.restore", scope=Scope.DOCS, writes=True, errors={DocumentForbidden: 1154})
async def restore(call: Call, params: OneDocument) -> Literal[1]:
    """Shows a document again that was deleted within the last day.

    VK: docs.restore.
    """
    key = (params.owner_id or call.user_id, params.doc_id)
    await documents.restore_document(call.tx, call.user_id, key)
    return 1
