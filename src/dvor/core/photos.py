"""Photos: what an upload becomes, and which photos a viewer sees in posts and messages."""

from collections.abc import Iterable

from dvor.core.privacy import load_people
from dvor.model.errors import AccessDenied, QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import WALL_ALBUM, Photo
from dvor.model.wall import Attachment
from dvor.store import photos as store
from dvor.store.database import Transaction
from dvor.store.files import add_bytes, insert_files
from dvor.store.users import lock_owners

Photos = dict[tuple[int, int], Photo]


async def save_photo(
    tx: Transaction,
    user_id: int,
    upload: UploadedPicture,
    *,
    text: str,
    access_key: str,
    quota: int,
    now: int,
) -> Photo:
    """Make a photo of an uploaded picture; saving the same upload again returns the same photo.

    `quota` is the user's space for files in bytes, 0 for no limit.
    """
    await lock_owners(tx, [user_id])
    saved = await store.find_upload(tx, user_id, upload.id)
    if saved is not None:
        return saved
    await insert_files(tx, upload.files, now)
    if await add_bytes(tx, user_id, sum(upload.files.values())) > quota > 0:
        raise QuotaExceeded(f"{quota} bytes")
    number = await store.next_photo_number(tx, user_id)
    photo = Photo(user_id, number, user_id, WALL_ALBUM, text, access_key, upload.sizes, now)
    await store.insert_photo(tx, photo, upload.id)
    return photo


async def load_attached(
    tx: Transaction, viewer_id: int, lists: Iterable[tuple[set[int], list[Attachment]]]
) -> Photos:
    """Return the attached photos that the viewer may see, in four queries.

    Each list of attachments comes with the ids of those on whose page it stands: their own photos are seen with it,
    a third person's only by those who may see his profile.
    """
    shown: dict[tuple[int, int], bool] = {}
    for hosts, attachments in lists:
        for attachment in attachments:
            key = (attachment.owner_id, attachment.id)
            shown[key] = shown.get(key, False) or attachment.owner_id in hosts
    photos = await store.load_photos(tx, sorted(shown))
    guests = {owner_id for (owner_id, _), is_hosts in shown.items() if not is_hosts}
    people = await load_people(tx, viewer_id, guests) if guests else {}
    return {
        key: photo
        for key, photo in photos.items()
        if shown[key] or (photo.owner_id in people and people[photo.owner_id].is_open)
    }


async def check_attachments(tx: Transaction, user_id: int, attachments: list[Attachment]) -> None:
    """Refuse attachments that do not exist or that the user may not see himself."""
    if not attachments:
        return
    photos = await load_attached(tx, user_id, [({user_id}, attachments)])
    for attachment in attachments:
        if attachment.type != "photo" or (attachment.owner_id, attachment.id) not in photos:
            raise AccessDenied(f"no attachment {attachment.type}{attachment.owner_id}_{attachment.id}")
