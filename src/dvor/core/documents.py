"""Documents: what an upload becomes, who sees and keeps it, and finding it by words."""

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.privacy import Community, Owner, check_open, load_owner, load_owners
from dvor.core.secrets import opens
from dvor.model.documents import (
    MAX_TAGS,
    MAX_TITLE,
    Document,
    DocumentKind,
    DocumentOrder,
    UploadedDocument,
    type_of,
)
from dvor.model.errors import (
    AccessDenied,
    DocumentForbidden,
    DocumentNotFound,
    InvalidParameter,
    InvalidTitle,
    InvalidUpload,
    QuotaExceeded,
)
from dvor.model.words import fold_words
from dvor.store import documents as store
from dvor.store.database import Transaction
from dvor.store.documents import Key
from dvor.store.files import add_bytes, insert_files, release_files, use_files
from dvor.store.group_members import list_group_ids
from dvor.store.users import lock_owners

TAGGED_DOCUMENTS = 1000
"""How many documents are looked at for their tags."""
PURGED_AT_ONCE = 100
"""How many documents one transaction removes for good."""


class NewDocument(Struct, frozen=True, kw_only=True):
    """What a document is to be: whose, of what kind, and whether in his list or only to be sent."""

    owner_id: int
    kind: DocumentKind = "doc"
    is_listed: bool = True
    title: str = ""
    tags: list[str] = []
    access_key: str = ""


class DocumentPage(Struct, frozen=True):
    """Documents in order; `count` is how many there are in all."""

    count: int
    documents: list[Document]


def is_shown(document: Document, owner: Owner | None, viewer_id: int) -> bool:
    """Say whether the viewer sees a document without its key: a person's are his own, a community's are its readers'."""
    if viewer_id in (document.owner_id, document.user_id):
        return True
    if not isinstance(owner, Community):
        return False
    return owner.is_managed or (document.is_listed and owner.is_open)


async def check_owner(tx: Transaction, user_id: int, owner_id: int) -> None:
    """Refuse (`AccessDenied`) who may not add to the owner's documents; errors of `load_owner`."""
    if not (await load_owner(tx, user_id, owner_id)).is_edited:
        raise AccessDenied("another's documents")


async def save_document(
    tx: Transaction, user_id: int, upload: UploadedDocument, new: NewDocument, *, quota: int, now: int
) -> Document:
    """Make a document of an uploaded file; saving the same upload again returns the same document.

    `quota` is the owner's space for files in bytes, 0 for no limit.  Errors of `check_owner`, `QuotaExceeded`.
    """
    await lock_owners(tx, [new.owner_id])
    await check_owner(tx, user_id, new.owner_id)
    saved = await store.find_upload(tx, new.owner_id, upload.id)
    if saved is not None:
        if saved.deleted_at:
            raise InvalidUpload("the document is deleted")
        return saved
    title, tags = new.title.strip() or upload.title, _check_tags(new.tags)
    document = Document(
        owner_id=new.owner_id,
        id=0,
        user_id=user_id,
        kind=new.kind,
        type=type_of(upload.ext),
        title=_check_title(title),
        ext=upload.ext,
        size=upload.size,
        bytes=sum(upload.files.values()),
        file=upload.file,
        preview=upload.preview,
        tags=tags,
        access_key=new.access_key,
        is_listed=new.is_listed,
        created_at=now,
        deleted_at=0,
    )
    await insert_files(tx, upload.files, now)
    return await _insert(tx, document, upload.id, quota)


def _files_of(document: Document) -> set[str]:
    return {document.file, *(size.file for size in document.preview.sizes)}


async def _insert(tx: Transaction, document: Document, upload_id: str, quota: int) -> Document:
    if await add_bytes(tx, document.owner_id, document.bytes) > quota > 0:
        raise QuotaExceeded(f"{quota} bytes")
    stored = await store.insert_document(tx, document, upload_id)
    if stored.is_listed:
        await store.insert_words(tx, (stored.owner_id, stored.id), _words(stored))
    return stored


def _words(document: Document) -> list[str]:
    return fold_words(" ".join([document.title, *document.tags]))


def _check_title(title: str) -> str:
    if not title.strip() or len(title) > MAX_TITLE:
        raise InvalidTitle("title", f"has from 1 to {MAX_TITLE} characters")
    return title


def _check_tags(tags: list[str]) -> list[str]:
    kept = [tag for tag in dict.fromkeys(one.strip() for one in tags) if tag]
    if sum(map(len, kept)) > MAX_TAGS:
        raise InvalidParameter("tags", f"longer than {MAX_TAGS} characters together")
    return kept


async def get_documents(tx: Transaction, viewer_id: int, keys: list[tuple[int, int, str]]) -> list[Document]:
    """Return those of the documents that the viewer sees, or whose key he has, in the order asked for."""
    found = await store.load_documents(tx, sorted({(owner_id, number) for owner_id, number, _ in keys}))
    owners = await load_owners(tx, viewer_id, {owner_id for owner_id, _ in found})
    seen = []
    for owner_id, number, access_key in keys:
        document = found.get((owner_id, number))
        if document is None:
            continue
        if opens(document.access_key, access_key) or is_shown(document, owners.get(owner_id), viewer_id):
            seen.append(document)
    return seen


async def open_document(tx: Transaction, key: Key, access_key: str) -> Document:
    """Return the document that a key opens, for whoever holds it; `DocumentNotFound`."""
    document = (await store.load_documents(tx, [key])).get(key)
    if document is None or not opens(document.access_key, access_key):
        raise DocumentNotFound(f"{key[0]}_{key[1]}")
    return document


async def list_documents(
    tx: Transaction,
    viewer_id: int,
    owner_id: int,
    *,
    type_number: int,
    offset: int,
    count: int,
    order: DocumentOrder = "newest",
) -> DocumentPage:
    """Return a page of listed documents: one's own, or those of a community; `AccessDenied`."""
    await _check_list(tx, viewer_id, owner_id)
    counts = await store.count_types(tx, owner_id)
    total = counts.get(type_number, 0) if type_number else sum(counts.values())
    return DocumentPage(total, await store.list_documents(tx, owner_id, type_number, order, offset, count))


async def count_types(tx: Transaction, viewer_id: int, owner_id: int) -> dict[int, int]:
    """Return how many listed documents of each type there are; `AccessDenied`."""
    await _check_list(tx, viewer_id, owner_id)
    return await store.count_types(tx, owner_id)


async def list_tags(tx: Transaction, viewer_id: int, owner_id: int, type_number: int) -> list[str]:
    """Return the tags of the newest listed documents, each once, in the order of the alphabet; `AccessDenied`."""
    page = await list_documents(
        tx, viewer_id, owner_id, type_number=type_number, offset=0, count=TAGGED_DOCUMENTS
    )
    return sorted({tag for one in page.documents for tag in one.tags})


async def _check_list(tx: Transaction, viewer_id: int, owner_id: int) -> None:
    owner = await load_owner(tx, viewer_id, owner_id)
    if not isinstance(owner, Community) and not owner.is_self:
        raise AccessDenied("another's documents")
    check_open(owner)


async def search_documents(
    tx: Transaction,
    viewer_id: int,
    question: str,
    *,
    is_own: bool,
    offset: int,
    count: int,
    type_number: int = 0,
) -> DocumentPage:
    """Find listed documents by the beginnings of words of title and tags, of a type or (0) of all.

    Those that the viewer may list: his own, and (unless `is_own`) those of his communities and of the open ones.
    """
    beginnings = fold_words(question)
    if not beginnings:
        return DocumentPage(0, [])
    owner_ids = [viewer_id]
    if not is_own and viewer_id > 0:
        owner_ids += [-one for one in await list_group_ids(tx, viewer_id)]
    found = await store.search_documents(
        tx,
        owner_ids,
        beginnings,
        offset,
        count,
        type_number=type_number,
        viewer_id=viewer_id,
        with_open=not is_own,
    )
    return DocumentPage(*found)


async def add_document(
    tx: Transaction, user_id: int, key: tuple[int, int, str], access_key: str, *, quota: int, now: int
) -> Document:
    """Put a document that the user sees into his own list; doing it again returns the same one.

    `DocumentNotFound`, `AccessDenied` for what is in the list already, `QuotaExceeded`.
    """
    await lock_owners(tx, [user_id])
    found = await get_documents(tx, user_id, [key])
    if not found:
        raise DocumentNotFound(f"{key[0]}_{key[1]}")
    [original] = found
    if original.owner_id == user_id and original.is_listed:
        raise AccessDenied("it is yours already")
    name = f"{original.owner_id}_{original.id}"
    added = await store.find_upload(tx, user_id, name)
    if added is not None:
        if added.deleted_at:
            await _show_again(tx, added)
        return added
    copy = replace(
        original,
        owner_id=user_id,
        user_id=user_id,
        access_key=access_key,
        is_listed=True,
        created_at=now,
    )
    await use_files(tx, _files_of(original))
    return await _insert(tx, copy, name, quota)


async def edit_document(
    tx: Transaction, user_id: int, key: Key, title: str | None, tags: list[str] | None
) -> None:
    """Give a document another title or other tags (None leaves them).

    `DocumentNotFound`, `DocumentForbidden`, `InvalidTitle`, `InvalidParameter`.
    """
    document = await _find_own(tx, user_id, key)
    changed = replace(
        document,
        title=document.title if title is None else _check_title(title),
        tags=document.tags if tags is None else _check_tags(tags),
    )
    await store.change_document(tx, key, changed.title, changed.tags)
    if document.is_listed:
        before, after = _words(document), _words(changed)
        await store.delete_words(tx, key, [word for word in before if word not in after])
        await store.insert_words(tx, key, [word for word in after if word not in before])


async def delete_document(tx: Transaction, user_id: int, key: Key, *, now: int) -> None:
    """Delete a document: nothing shows or opens it any more; `DocumentNotFound`, `DocumentForbidden`.

    Until it can no longer be restored (`purge_documents`), it takes its space.
    """
    document = await _find_own(tx, user_id, key)
    await store.set_deleted(tx, key, now)
    if document.is_listed:
        await store.delete_words(tx, key, _words(document))


async def restore_document(tx: Transaction, user_id: int, key: Key) -> None:
    """Show a document again that was deleted not long ago; `DocumentNotFound`, `DocumentForbidden`."""
    await _show_again(tx, await _find_own(tx, user_id, key, is_deleted=True))


async def purge_documents(tx: Transaction, before: int) -> int:
    """Remove some documents for good that were deleted before a time, and give their space back; return how many."""
    keys = await store.list_deleted(tx, before, PURGED_AT_ONCE)
    await lock_owners(tx, sorted({owner_id for owner_id, _ in keys}))
    found = await store.load_documents(tx, sorted(keys), with_deleted=True)
    for key, document in sorted(found.items()):
        if 0 < document.deleted_at < before:
            await store.delete_document(tx, key)
            await release_files(tx, _files_of(document))
            await add_bytes(tx, document.owner_id, -document.bytes)
    return len(found)


async def _show_again(tx: Transaction, document: Document) -> None:
    key = (document.owner_id, document.id)
    await store.set_deleted(tx, key, 0)
    if document.is_listed:
        await store.insert_words(tx, key, _words(document))


async def _find_own(tx: Transaction, user_id: int, key: Key, *, is_deleted: bool = False) -> Document:
    """Return a document that the user may change; the owner's row stays locked."""
    await lock_owners(tx, [key[0]])
    document = (await store.load_documents(tx, [key], with_deleted=True)).get(key)
    if document is None or bool(document.deleted_at) is not is_deleted:
        raise DocumentNotFound(f"{key[0]}_{key[1]}")
    owner = (await load_owners(tx, user_id, [key[0]])).get(key[0])
    if owner is None or not owner.is_edited:
        raise DocumentForbidden(f"{key[0]}_{key[1]}")
    return document
