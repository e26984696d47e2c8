"""photos.*: who is on photos, in which order photos and albums stand, and finding photos by words."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from dvor.core import albums, photo_tags
from dvor.core.photo_search import search_photos
from dvor.core.privacy import People
from dvor.dialects.vk.photo_albums import AlbumId, OwnerOf, PhotoId
from dvor.dialects.vk.photo_editing import OnePhoto
from dvor.dialects.vk.photo_objects import draw_photo
from dvor.dialects.vk.photos import PhotoList, draw_photos
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, PhotoNotFound
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID
from dvor.model.photos import PhotoTag
from dvor.model.tokens import Scope

Percent = Annotated[float, doc("In per cent of the photo's width or height.", ge=0, le=100)]
TagId = Annotated[int, doc("The mark's number, which is the person's.", ge=1, le=MAX_USER_ID)]
Offset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]


class PutTag(OnePhoto, kw_only=True):
    """Parameters of photos.putTag."""

    user_id: Annotated[int, doc("Who is on it: the caller or a friend.", ge=1, le=MAX_USER_ID)]
    x: Percent
    y: Percent
    x2: Percent
    y2: Percent


@method("photos.putTag", scope=Scope.PHOTOS, writes=True)
async def put_tag(call: Call, params: PutTag) -> int:
    """Says who is on a photo, and returns the mark's number; the person has yet to agree.

    VK: photos.putTag.  A person is marked once on a photo, so that the number is the person's.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    tag = PhotoTag(
        *key,
        params.user_id,
        call.user_id,
        params.x,
        params.y,
        params.x2,
        params.y2,
        is_confirmed=params.user_id == call.user_id,
        created_at=call.now,
    )
    await photo_tags.tag_photo(call.tx, call.user_id, key, tag)
    return params.user_id


class TagObject(Struct, frozen=True):
    """A person on a photo; `viewed` says whether he agrees."""

    id: int
    user_id: int
    placer_id: int
    tagged_name: str
    date: int
    x: float
    y: float
    x2: float
    y2: float
    viewed: int


def _draw_tag(tag: PhotoTag, people: People) -> TagObject:
    person = people.get(tag.user_id)
    name = f"{person.user.first_name} {person.user.last_name}".strip() if person else ""
    return TagObject(
        tag.user_id,
        tag.user_id,
        tag.placer_id,
        name,
        tag.created_at,
        tag.x,
        tag.y,
        tag.x2,
        tag.y2,
        int(tag.is_confirmed),
    )


class GetTags(OnePhoto, kw_only=True):
    """Parameters of photos.getTags."""

    access_key: Annotated[str, doc("The key of a photo that is not shown to everybody.", max_length=64)] = ""


@method("photos.getTags")
async def get_tags(call: Call, params: GetTags) -> list[TagObject]:
    """Returns who is on a photo; those who have not agreed yet are told to whom they concern.

    VK: photos.getTags.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    page = await photo_tags.list_tags(call.tx, call.user_id, key, params.access_key)
    return [_draw_tag(one, page.people) for one in page.tags]


class OneTag(OnePhoto, kw_only=True):
    """Parameters that name a mark."""

    tag_id: TagId


@method("photos.confirmTag", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def confirm_tag(call: Call, params: OneTag) -> Literal[1]:
    """Agrees that the caller is on a photo.

    VK: photos.confirmTag.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    await photo_tags.confirm_tag(call.tx, call.user_id, key, params.tag_id)
    return 1


@method("photos.removeTag", scope=Scope.PHOTOS, writes=True)
async def remove_tag(call: Call, params: OneTag) -> Literal[1]:
    """Takes a mark away; who is meant, who set it and who decides on the photo may.

    VK: photos.removeTag.
    """
    key = (params.owner_id or call.user_id, params.photo_id)
    await photo_tags.remove_tag(call.tx, call.user_id, key, params.tag_id)
    return 1


class GetNewTags(Params):
    """Parameters of photos.getNewTags."""

    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=100)] = 20


class NewTags(Struct, frozen=True):
    """Photos with `placer_id`, `tag_created` and `tag_id`; `count` is how many there are in all."""

    count: int
    items: list[dict[str, Any]]


@method("photos.getNewTags")
async def get_new_tags(call: Call, params: GetNewTags) -> NewTags:
    """Returns the photos on which somebody has marked the caller, who has yet to agree.

    VK: photos.getNewTags.
    """
    page = await photo_tags.list_new_tags(call.tx, call.user_id, offset=params.offset, count=params.count)
    items = [
        msgspec.to_builtins(draw_photo(call.courtyard, photo, call.version))
        | {"placer_id": tag.placer_id, "tag_created": tag.created_at, "tag_id": tag.user_id}
        for tag, photo in zip(page.tags, page.photos, strict=True)
    ]
    return NewTags(page.count, items)


class GetUserPhotos(Params):
    """Parameters of photos.getUserPhotos."""

    user_id: Annotated[int, doc("Who is on them; 0 for the caller.", ge=0, le=MAX_USER_ID)] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 20
    extended: Annotated[bool, doc("Give likes, comments and reposts.")] = False
    sort: Annotated[Literal["0", "1"], doc("0: the last marked first, 1: the first marked.")] = "0"


@method("photos.getUserPhotos")
async def get_user_photos(call: Call, params: GetUserPhotos) -> PhotoList:
    """Returns the photos on which a person is and agrees to be, of those that the caller sees.

    VK: photos.getUserPhotos.
    """
    page = await photo_tags.list_photos_of(
        call.tx,
        call.user_id,
        params.user_id or call.user_id,
        offset=params.offset,
        count=params.count,
        is_rising=params.sort == "1",
    )
    return PhotoList(page.count, await draw_photos(call, page.photos, extended=params.extended))


class Reorder(Params, kw_only=True):
    """What the methods that put something elsewhere in its list have in common."""

    owner_id: OwnerOf = 0
    before: Annotated[int, doc("Before which one it shall stand.", ge=0, le=MAX_NUMBER)] = 0
    after: Annotated[int, doc("Or after which one.", ge=0, le=MAX_NUMBER)] = 0

    def read(self) -> tuple[int, bool]:
        """Return beside which one, and whether before it; `InvalidParameter`."""
        if bool(self.before) == bool(self.after):
            raise InvalidParameter("before", "either this or after")
        return (self.before or self.after), bool(self.before)


class ReorderPhotos(Reorder, kw_only=True):
    """Parameters of photos.reorderPhotos."""

    photo_id: PhotoId


@method(
    "photos.reorderPhotos",
    scope=Scope.PHOTOS,
    writes=True,
    is_repeatable=True,
    errors={PhotoNotFound: 122},
)
async def reorder_photos(call: Call, params: ReorderPhotos) -> Literal[1]:
    """Puts a photo before or after another one of its album.

    VK: photos.reorderPhotos.
    """
    beside, is_before = params.read()
    owner_id = params.owner_id or call.user_id
    await albums.reorder_photo(call.tx, call.user_id, owner_id, params.photo_id, beside, is_before=is_before)
    return 1


class ReorderAlbums(Reorder, kw_only=True):
    """Parameters of photos.reorderAlbums."""

    album_id: AlbumId


@method("photos.reorderAlbums", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def reorder_albums(call: Call, params: ReorderAlbums) -> Literal[1]:
    """Puts an album before or after another one in the list of albums.

    VK: photos.reorderAlbums.
    """
    beside, is_before = params.read()
    owner_id = params.owner_id or call.user_id
    await albums.reorder_album(call.tx, call.user_id, owner_id, params.album_id, beside, is_before=is_before)
    return 1


class SearchPhotos(Params):
    """Parameters of photos.search."""

    q: Annotated[str, doc("Beginnings of words that go with the photos.", max_length=512)]
    start_time: Annotated[int, doc("Not older than this Unix time.", ge=0, le=MAX_NUMBER)] = 0
    end_time: Annotated[int, doc("Not newer than this; 0: no matter.", ge=0, le=MAX_NUMBER)] = 0
    sort: Annotated[Literal[0, 1], doc("0: the newest first, 1: the most liked.")] = 0
    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 100


@method("photos.search", not_yet=("lat", "long", "radius"))
async def search(call: Call, params: SearchPhotos) -> PhotoList:
    """Finds photos of people and communities that are open to everybody, by their words.

    VK: photos.search.
    """
    page = await search_photos(
        call.tx,
        call.user_id,
        params.q,
        since=params.start_time,
        until=params.end_time or MAX_NUMBER,
        by_likes=params.sort == 1,
        offset=params.offset,
        count=params.count,
    )
    return PhotoList(page.count, await draw_photos(call, page.photos, extended=False))
