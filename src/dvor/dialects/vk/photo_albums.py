"""photos.*: albums, and filling them with photos."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import albums
from dvor.core.albums import AlbumPage
from dvor.core.files import make_address, read_album_receipt
from dvor.core.privacy import Community, load_owner
from dvor.dialects.vk.photo_objects import ALBUM_UPLOAD, PhotoObject, PhotoSize, draw_photo
from dvor.dialects.vk.photos import PhotoList, UploadServer, draw_photos, make_key
from dvor.dialects.vk.texts import draw_text
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import NotImplementedYet
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID, ItemId, OwnerId
from dvor.model.photos import (
    LISTED_ALBUMS,
    PROFILE_ALBUM,
    SAVED_ALBUM,
    WALL_ALBUM,
    Album,
    AlbumChange,
    Audience,
    NewAlbum,
)
from dvor.model.tokens import Scope

AUDIENCES = {
    "all": Audience.EVERYBODY,
    "0": Audience.EVERYBODY,
    "friends": Audience.FRIENDS,
    "1": Audience.FRIENDS,
    "only_me": Audience.OWNER,
    "nobody": Audience.OWNER,
    "3": Audience.OWNER,
}
"""VK's words for who sees or comments, and its old numbers."""
CATEGORIES = {Audience.EVERYBODY: "all", Audience.FRIENDS: "friends", Audience.OWNER: "only_me"}
SYSTEM_TITLES = {PROFILE_ALBUM: "Profile photos", WALL_ALBUM: "Wall photos", SAVED_ALBUM: "Saved photos"}

OwnerOf = Annotated[OwnerId, doc("Whose; 0 for the caller's own.")]
GroupOf = Annotated[
    int, doc("The community whose album it is; 0 for one's own.", ge=-MAX_USER_ID, le=MAX_USER_ID)
]
AlbumId = Annotated[int, doc("The album's number.", ge=1, le=MAX_NUMBER)]
PhotoId = Annotated[ItemId, doc("The photo's number.")]
Privacy = Annotated[list[str], doc("`all`, `friends` or `only_me`; of one's own albums.", max_length=1)]


class Category(Struct, frozen=True):
    """Who may, in VK's word."""

    category: str


class AlbumObject(Struct, frozen=True, omit_defaults=True):
    """An album; the privacy is told to its owner, the rest of the settings to who may fill it."""

    id: int
    owner_id: int
    title: str
    description: str
    created: int
    updated: int
    size: int
    thumb_id: int
    thumb_is_last: int | UnsetType = UNSET
    can_upload: int | UnsetType = UNSET
    can_delete: bool | UnsetType = UNSET
    privacy_view: Category | UnsetType = UNSET
    privacy_comment: Category | UnsetType = UNSET
    upload_by_admins_only: int | UnsetType = UNSET
    comments_disabled: int | UnsetType = UNSET
    thumb_src: str | UnsetType = UNSET
    sizes: list[PhotoSize] | UnsetType = UNSET


class AlbumList(Struct, frozen=True):
    """Albums; `count` is how many there are in all."""

    count: int
    items: list[AlbumObject]


def draw_album(call: Call, page: AlbumPage, album: Album, *, with_sizes: bool = False) -> AlbumObject:
    """Return an album with how many photos are in it and the one that stands for it."""
    size, cover = page.sizes.get(album.id), page.covers.get(album.id)
    last_id = size.last_id if size else 0
    more: dict[str, Any] = {}
    if album.id > 0:
        more["can_upload"] = int(albums.may_fill(page.owner, album))
        more["can_delete"] = page.owner.is_edited
        if isinstance(page.owner, Community):
            more["upload_by_admins_only"] = int(album.is_for_managers)
            more["comments_disabled"] = int(album.is_uncommented)
        elif page.owner.is_self:
            more["privacy_view"] = Category(CATEGORIES[Audience(album.viewers)])
            more["privacy_comment"] = Category(CATEGORIES[Audience(album.commenters)])
    if cover is not None:
        drawn = draw_photo(call.courtyard, cover, call.version)
        shown = (
            next((one for one in drawn.sizes if one.type == "x"), drawn.sizes[-1]) if drawn.sizes else None
        )
        if shown is not None:
            more["thumb_src"] = shown.url if shown.url is not UNSET else shown.src
        if with_sizes:
            more["sizes"] = drawn.sizes
        more["thumb_is_last"] = int(cover.id == last_id)
    return AlbumObject(
        id=album.id,
        owner_id=album.owner_id,
        title=SYSTEM_TITLES.get(album.id, draw_text(call, album.title)),
        description=draw_text(call, album.description),
        created=album.created_at,
        updated=album.updated_at,
        size=size.count if size else 0,
        thumb_id=cover.id if cover else last_id,
        **more,
    )


def _read_audience(name: str, words: list[str] | None) -> Audience | None:
    if not words:
        return None
    if words[0] not in AUDIENCES:
        raise NotImplementedYet(f"the parameter {name} with {words[0][:32]!r}")
    return AUDIENCES[words[0]]


class AlbumSettings(Params, kw_only=True):
    """The settings of an album."""

    privacy_view: Privacy | None = None
    privacy_comment: Privacy | None = None
    upload_by_admins_only: (
        Annotated[bool, doc("Let only managers add photos; of a community's albums.")] | None
    ) = None
    comments_disabled: Annotated[bool, doc("Let nobody comment; of a community's albums.")] | None = None


class CreateAlbum(AlbumSettings, kw_only=True):
    """Parameters of photos.createAlbum."""

    title: Annotated[str, doc("Its title, at most 255 characters.")]
    group_id: GroupOf = 0
    description: Annotated[str, doc("What it is about, at most 4,096 characters.")] = ""


@method("photos.createAlbum", scope=Scope.PHOTOS, writes=True)
async def create_album(call: Call, params: CreateAlbum) -> AlbumObject:
    """Makes an album.

    VK: photos.createAlbum.
    """
    only_managers = params.upload_by_admins_only
    new = NewAlbum(
        owner_id=-abs(params.group_id) or call.user_id,
        title=params.title,
        description=params.description,
        viewers=_read_audience("privacy_view", params.privacy_view) or 0,
        commenters=_read_audience("privacy_comment", params.privacy_comment) or 0,
        is_for_managers=True if only_managers is None else only_managers,
        is_uncommented=bool(params.comments_disabled),
    )
    album = await albums.create_album(call.tx, call.user_id, new, now=call.now)
    owner = await load_owner(call.tx, call.user_id, album.owner_id)
    return draw_album(call, AlbumPage(1, [album], [], {}, {}, owner), album)


class EditAlbum(AlbumSettings, kw_only=True):
    """Parameters of photos.editAlbum; what is not given stays as it is."""

    album_id: AlbumId
    owner_id: OwnerOf = 0
    title: Annotated[str, doc("Its title, at most 255 characters.")] | None = None
    description: Annotated[str, doc("What it is about, at most 4,096 characters.")] | None = None


@method("photos.editAlbum", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def edit_album(call: Call, params: EditAlbum) -> Literal[1]:
    """Changes an album.

    VK: photos.editAlbum.
    """
    change = AlbumChange(
        title=params.title or None,
        description=params.description,
        viewers=_read_audience("privacy_view", params.privacy_view),
        commenters=_read_audience("privacy_comment", params.privacy_comment),
        is_for_managers=params.upload_by_admins_only,
        is_uncommented=params.comments_disabled,
    )
    owner_id = params.owner_id or call.user_id
    await albums.edit_album(call.tx, call.user_id, owner_id, params.album_id, change, now=call.now)
    return 1


class DeleteAlbum(Params, kw_only=True):
    """Parameters of photos.deleteAlbum."""

    album_id: AlbumId
    group_id: GroupOf = 0


@method("photos.deleteAlbum", scope=Scope.PHOTOS, writes=True)
async def delete_album(call: Call, params: DeleteAlbum) -> Literal[1]:
    """Deletes an album with the photos in it.

    VK: photos.deleteAlbum.
    """
    owner_id = -abs(params.group_id) or call.user_id
    await albums.delete_album(call.tx, call.user_id, owner_id, params.album_id, now=call.now)
    return 1


class GetAlbums(Params, kw_only=True):
    """Parameters of photos.getAlbums."""

    owner_id: OwnerOf = 0
    album_ids: Annotated[
        list[Annotated[int, doc("A number.", ge=-MAX_NUMBER, le=MAX_NUMBER)]],
        doc("Only these numbers.", max_length=1000),
    ] = []
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return; without `v` 100.", ge=0, le=10_000)] | None = None
    need_system: (
        Annotated[bool, doc("Give the albums that everybody has too; without `v` they are.")] | None
    ) = None
    need_covers: Annotated[bool, doc("Give `thumb_src`; without `v` it is.")] | None = None
    photo_sizes: Annotated[bool, doc("Give the sizes of the photo that stands for it.")] = False


@method("photos.getAlbums")
async def get_albums(call: Call, params: GetAlbums) -> AlbumList:
    """Returns the albums of a person or a community, the newest first.

    VK: photos.getAlbums.
    """
    is_openvk = not call.is_versioned
    default = 100 if is_openvk else 1000
    page = await albums.list_albums(
        call.tx,
        call.user_id,
        params.owner_id or call.user_id,
        params.album_ids,
        offset=params.offset,
        count=default if params.count is None else params.count,
        with_system=is_openvk if params.need_system is None else params.need_system,
        with_covers=is_openvk if params.need_covers is None else params.need_covers,
    )
    drawn = [
        draw_album(call, page, one, with_sizes=params.photo_sizes) for one in (*page.system, *page.albums)
    ]
    return AlbumList(page.count, drawn)


class CountAlbums(Params, kw_only=True):
    """Parameters of photos.getAlbumsCount."""

    user_id: Annotated[int, doc("Whose; 0 for the caller's own.", ge=0, le=MAX_USER_ID)] = 0
    group_id: GroupOf = 0
    need_system: Annotated[bool, doc("Count those too that everybody has.")] = False


@method("photos.getAlbumsCount")
async def get_albums_count(call: Call, params: CountAlbums) -> int:
    """Returns how many albums of a person or a community the caller sees.

    VK: photos.getAlbumsCount.
    """
    owner_id = -abs(params.group_id) or params.user_id or call.user_id
    count = await albums.count_albums(call.tx, call.user_id, owner_id)
    return count + (len(LISTED_ALBUMS) if params.need_system else 0)


class AlbumUpload(Params, kw_only=True):
    """Parameters of photos.getUploadServer."""

    album_id: AlbumId
    group_id: GroupOf = 0


@method("photos.getUploadServer", scope=Scope.PHOTOS)
async def get_upload_server(call: Call, params: AlbumUpload) -> UploadServer:
    """Returns the address to which up to five pictures for an album are sent (`file1` to `file5`).

    VK: photos.getUploadServer.
    """
    owner_id = -abs(params.group_id) or call.user_id
    await albums.check_upload(call.tx, call.user_id, owner_id, params.album_id)
    address = make_address(call.courtyard, call.user_id, f"{ALBUM_UPLOAD}{owner_id} {params.album_id}")
    url = f"{call.courtyard.public_url}/upload/photo/{address}"
    return UploadServer(url, params.album_id, call.user_id)


class SavePhotos(AlbumUpload, kw_only=True):
    """Parameters of photos.save."""

    photos_list: Annotated[str, doc("`photos_list` of the upload's answer.")]
    hash: Annotated[str, doc("`hash` of the upload's answer.")]
    server: Annotated[str, doc("`server` of the upload's answer; not needed.")] = ""
    caption: Annotated[str, doc("Words to go with the pictures.", max_length=2048)] = ""


@method(
    "photos.save",
    scope=Scope.PHOTOS,
    writes=True,
    is_repeatable=True,
    not_yet=("latitude", "longitude"),
)
async def save(call: Call, params: SavePhotos) -> list[PhotoObject] | PhotoList:
    """Makes photos in an album of uploaded pictures; saving the same upload again gives the same photos.

    VK: photos.save, a list; without `v`, as OpenVK has it, with its length.
    """
    owner_id = -abs(params.group_id) or call.user_id
    purpose = f"{ALBUM_UPLOAD}{owner_id} {params.album_id}"
    uploads = read_album_receipt(call.courtyard, call.user_id, purpose, params.photos_list, params.hash)
    saved = await albums.fill_album(
        call.tx,
        call.user_id,
        owner_id,
        params.album_id,
        [(one, make_key(call, one.id)) for one in uploads],
        text=params.caption,
        quota=call.courtyard.settings.file_quota,
        now=call.now,
    )
    drawn = await draw_photos(call, saved, extended=False)
    return drawn if call.is_versioned else PhotoList(len(drawn), drawn)


class MakeCover(Params, kw_only=True):
    """Parameters of photos.makeCover."""

    owner_id: OwnerOf = 0
    photo_id: PhotoId
    album_id: AlbumId


@method("photos.makeCover", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def make_cover(call: Call, params: MakeCover) -> Literal[1]:
    """Lets a photo stand for the album that it is in.

    VK: photos.makeCover.
    """
    owner_id = params.owner_id or call.user_id
    await albums.make_cover(call.tx, call.user_id, owner_id, params.album_id, params.photo_id)
    return 1
