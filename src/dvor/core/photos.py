"""Photos: what an upload becomes, and which photos a viewer sees in posts and messages."""

from dvor.model.errors import QuotaExceeded
from dvor.model.files import UploadedPicture
from dvor.model.photos import WALL_ALBUM, Photo
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
