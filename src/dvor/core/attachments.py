"""Attachments: which of them a user may add, and which a viewer sees in posts, comments and messages."""

from collections.abc import Iterable

from msgspec import Struct

from dvor.core.privacy import load_owners
from dvor.model.attachments import Attachment
from dvor.model.errors import AccessDenied
from dvor.model.photos import Photo
from dvor.store.database import Transaction
from dvor.store.photos import load_photos

Key = tuple[int, int]
"""Owner and number."""


class Attached(Struct, frozen=True):
    """The attached objects that the viewer may see, by kind."""

    photos: dict[Key, Photo] = {}

    def has(self, attachment: Attachment) -> bool:
        """Say whether the attachment is among them."""
        return attachment.type == "photo" and (attachment.owner_id, attachment.id) in self.photos


NOTHING = Attached()


async def load_attached(
    tx: Transaction, viewer_id: int, lists: Iterable[tuple[set[int], list[Attachment]]]
) -> Attached:
    """Return the attached objects that the viewer may see, in four queries.

    Each list of attachments comes with the ids of those on whose page it stands: their own photos are seen with it,
    a third person's only by those who may see his profile.
    """
    shown: dict[Key, bool] = {}
    for hosts, attachments in lists:
        for attachment in attachments:
            key = (attachment.owner_id, attachment.id)
            shown[key] = shown.get(key, False) or attachment.owner_id in hosts
    if not shown:
        return NOTHING
    photos = await load_photos(tx, sorted(shown))
    guests = {owner_id for (owner_id, _), is_hosts in shown.items() if not is_hosts}
    owners = await load_owners(tx, viewer_id, guests) if guests else {}
    return Attached(
        {
            key: photo
            for key, photo in photos.items()
            if shown[key] or (photo.owner_id in owners and owners[photo.owner_id].is_open)
        }
    )


async def check_attachments(tx: Transaction, user_id: int, attachments: list[Attachment]) -> None:
    """Refuse attachments that do not exist or that the user may not see himself."""
    if not attachments:
        return
    attached = await load_attached(tx, user_id, [({user_id}, attachments)])
    for attachment in attachments:
        if not attached.has(attachment):
            raise AccessDenied(f"no attachment {attachment.type}{attachment.owner_id}_{attachment.id}")
