"""Attachments: which of them a user may add, and which a viewer sees in posts, comments and messages."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from dvor.core.documents import is_shown as is_document_shown
from dvor.core.photos import is_shown as is_photo_shown
from dvor.core.privacy import Owners, load_owners, may_see_post
from dvor.core.secrets import opens
from dvor.model.attachments import Attachment
from dvor.model.documents import Document
from dvor.model.errors import AccessDenied
from dvor.model.photos import Photo
from dvor.model.polls import Poll
from dvor.model.wall import Post
from dvor.store.database import Transaction
from dvor.store.documents import load_documents
from dvor.store.photos import load_photos
from dvor.store.polls import load_polls
from dvor.store.wall import load_posts

Key = tuple[int, int]
"""Owner and number."""
Placed = tuple[set[int], list[Attachment]]
"""Attachments, and the ids of those on whose page they stand."""


class Attached(Struct, frozen=True):
    """The attached objects that the viewer may see, by kind, and the owners of the polls."""

    photos: dict[Key, Photo] = {}
    polls: dict[Key, Poll] = {}
    documents: dict[Key, Document] = {}
    posts: dict[Key, Post] = {}
    owners: Owners = {}

    def has(self, attachment: Attachment) -> bool:
        """Say whether the attachment is among them."""
        kinds: dict[str, Mapping[Key, object]] = {
            "photo": self.photos,
            "poll": self.polls,
            "doc": self.documents,
            "wall": self.posts,
        }
        key = (attachment.owner_id, attachment.id)
        return attachment.type == "link" or key in kinds.get(attachment.type, {})

    def kind_of(self, attachment: Attachment) -> str:
        """Return what an attachment is to a client: a document may be something said."""
        document = self.documents.get((attachment.owner_id, attachment.id))
        return document.kind if attachment.type == "doc" and document else attachment.type


NOTHING = Attached()


class _Wanted:
    """What is asked for of one kind: whether the page lets each object be seen, and the keys that came along."""

    def __init__(self) -> None:
        self.is_hosted: dict[Key, bool] = {}
        self._access_keys: dict[Key, set[str]] = {}

    def add(self, attachment: Attachment, hosts: set[int]) -> None:
        key = (attachment.owner_id, attachment.id)
        self.is_hosted[key] = self.is_hosted.get(key, False) or attachment.owner_id in hosts
        if attachment.access_key:
            self._access_keys.setdefault(key, set()).add(attachment.access_key)

    @property
    def keys(self) -> list[Key]:
        return sorted(self.is_hosted)

    @property
    def guests(self) -> set[int]:
        """The owners whose own rules decide."""
        return {owner_id for (owner_id, _), is_hosted in self.is_hosted.items() if not is_hosted}

    def may_see(self, key: Key, access_key: str, *, is_shown: bool) -> bool:
        """Say whether an object is seen: with the page that it stands on, by its own rules, or with its key."""
        keys = self._access_keys.get(key, ())
        return self.is_hosted[key] or is_shown or any(opens(access_key, one) for one in keys)


async def load_attached(tx: Transaction, viewer_id: int, lists: Iterable[Placed]) -> Attached:
    """Return the attached objects that the viewer may see, in a few queries for each kind that is there.

    Each list of attachments comes with the ids of those on whose page it stands: their own objects are seen with it,
    a third person's only by those who may see his profile or hold the object's key.  A post is seen by its own rules.
    """
    placed = [one for one in lists if one[1]]
    if not placed:
        return NOTHING
    posts, post_owners = await _load_posts(tx, viewer_id, placed)
    placed += [
        ({post.owner_id, post.from_id}, post.attachments) for post in posts.values() if post.attachments
    ]
    wanted = {"photo": _Wanted(), "poll": _Wanted(), "doc": _Wanted()}
    for hosts, attachments in placed:
        for attachment in attachments:
            if attachment.type in wanted:
                wanted[attachment.type].add(attachment, hosts)
    photos = await load_photos(tx, wanted["photo"].keys)
    polls = await load_polls(tx, wanted["poll"].keys, viewer_id)
    documents = await load_documents(tx, wanted["doc"].keys)
    # of polls all owners: whether one may vote and edit depends on them
    asked = wanted["photo"].guests | wanted["doc"].guests | {owner_id for owner_id, _ in polls}
    owners = await load_owners(tx, viewer_id, asked) if asked else {}
    return Attached(
        {
            key: one
            for key, one in photos.items()
            if wanted["photo"].may_see(key, one.access_key, is_shown=is_photo_shown(one, owners.get(key[0])))
        },
        {
            key: one
            for key, one in polls.items()
            if wanted["poll"].may_see(key, "", is_shown=key[0] in owners and owners[key[0]].is_open)
        },
        {
            key: one
            for key, one in documents.items()
            if wanted["doc"].may_see(
                key, one.access_key, is_shown=is_document_shown(one, owners.get(key[0]), viewer_id)
            )
        },
        posts,
        owners | post_owners,
    )


async def _load_posts(
    tx: Transaction, viewer_id: int, placed: list[Placed]
) -> tuple[dict[Key, Post], Owners]:
    """Return the attached posts that the viewer may see, and their owners and authors."""
    keys = {(one.owner_id, one.id) for _, attachments in placed for one in attachments if one.type == "wall"}
    found = await load_posts(tx, sorted(keys), viewer_id) if keys else {}
    if not found:
        return {}, {}
    owners = await load_owners(
        tx, viewer_id, {who for post in found.values() for who in (post.owner_id, post.from_id)}
    )
    seen = {key: post for key, post in found.items() if may_see_post(post, owners)}
    return seen, owners


async def check_attachments(tx: Transaction, user_id: int, attachments: list[Attachment]) -> None:
    """Refuse attachments that do not exist or that the user may not see himself."""
    if not attachments:
        return
    attached = await load_attached(tx, user_id, [({user_id}, attachments)])
    for attachment in attachments:
        if not attached.has(attachment):
            raise AccessDenied(f"no attachment {attachment.type}{attachment.owner_id}_{attachment.id}")
