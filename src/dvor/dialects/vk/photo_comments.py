"""photos.*: comments on photos."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import comments
from dvor.core.albums import find_shown_albums, get_album
from dvor.dialects.vk.attachments import COMMENT_KINDS, read_attachments
from dvor.dialects.vk.comments import CommentDrawing, CommentObject
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import CommentNotFound
from dvor.model.ids import MAX_NUMBER, ItemId, OwnerId
from dvor.model.tokens import Scope

OwnerOf = Annotated[OwnerId, doc("Whose photo; 0 for the caller's own.")]
PhotoId = Annotated[ItemId, doc("The photo's number.")]
AccessKey = Annotated[str, doc("The key of a photo that is not shown to everybody.", max_length=64)]
Texts = Annotated[list[str], doc("Up to ten attachments: `photo1_2`, `doc1_2`.")]


class WriteComment(Params, kw_only=True):
    """Parameters of photos.createComment."""

    owner_id: OwnerOf = 0
    photo_id: PhotoId
    message: Annotated[str, doc("The words, at most 16,384 characters.")] = ""
    attachments: Texts = []
    from_group: Annotated[bool, doc("Let the community speak whose photo it is; its managers may.")] = False
    reply_to_comment: Annotated[ItemId, doc("The comment that is answered; 0 for none.")] = 0
    access_key: AccessKey = ""
    guid: Annotated[str, doc("Written again with the same word it is not written twice.", max_length=64)] = ""


@method("photos.createComment", scope=Scope.PHOTOS, writes=True, not_yet=("sticker_id",))
async def create_comment(call: Call, params: WriteComment) -> int:
    """Writes a comment on a photo and returns its number.

    VK: photos.createComment.
    """
    owner_id = params.owner_id or call.user_id
    number, _ = await comments.write_comment(
        call.tx,
        call.user_id,
        (owner_id, "photo", params.photo_id),
        params.message,
        read_attachments("attachments", params.attachments, COMMENT_KINDS),
        reply_to_id=params.reply_to_comment,
        from_group=params.from_group and owner_id < 0,
        guid=params.guid,
        access_key=params.access_key,
        now=call.now,
    )
    return number


class PhotoComments(Struct, frozen=True, omit_defaults=True):
    """Comments; `count` is how many there are in all."""

    count: int
    items: list[CommentObject]
    can_post: bool | UnsetType = UNSET
    real_offset: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class GetComments(Params, kw_only=True):
    """Parameters of photos.getComments."""

    owner_id: OwnerOf = 0
    photo_id: PhotoId
    need_likes: Annotated[bool, doc("Give the likes.")] = False
    start_comment_id: Annotated[ItemId, doc("Begin at this comment.")] = 0
    offset: Annotated[
        int, doc("How many to skip; back over start_comment_id when below zero.", ge=-(2**31), le=2**31 - 1)
    ] = 0
    count: Annotated[int, doc("How many to return; 20, without `v` 100.", ge=0, le=100)] | None = None
    sort: Annotated[Literal["", "asc", "desc"], doc("The oldest or the newest first.")] = "asc"
    access_key: AccessKey = ""
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("photos.getComments")
async def get_comments(call: Call, params: GetComments) -> PhotoComments:
    """Returns the comments on a photo.

    VK: photos.getComments.
    """
    default = 20 if call.is_versioned else 100
    page = await comments.list_comments(
        call.tx,
        call.user_id,
        (params.owner_id or call.user_id, "photo", params.photo_id),
        thread_id=0,
        start_id=params.start_comment_id,
        offset=params.offset,
        count=default if params.count is None else params.count,
        is_rising=params.sort != "desc",
        thread_count=0,
        access_key=params.access_key,
    )
    drawing = CommentDrawing(call, page, with_likes=params.need_likes)
    more: dict[str, Any] = {"real_offset": page.offset} if params.start_comment_id else {}
    if params.extended:
        more["profiles"] = draw_profiles(call, page.owners, params.fields)
        more["groups"] = draw_groups(call, page.owners, params.fields)
    drawn = [drawing.draw(comment) for comment in page.comments]
    return PhotoComments(page.count, drawn, page.may_comment, **more)


class GetAllComments(Params, kw_only=True):
    """Parameters of photos.getAllComments."""

    owner_id: OwnerOf = 0
    album_id: Annotated[int, doc("Only of this album; 0: of all.", ge=0, le=MAX_NUMBER)] = 0
    need_likes: Annotated[bool, doc("Give the likes.")] = False
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=100)] = 20


@method("photos.getAllComments")
async def get_all_comments(call: Call, params: GetAllComments) -> PhotoComments:
    """Returns the comments on all photos of an album, or of all albums that the caller sees, the newest first.

    VK: photos.getAllComments.
    """
    owner_id = params.owner_id or call.user_id
    if params.album_id:
        await get_album(call.tx, call.user_id, owner_id, params.album_id)
        album_ids = [params.album_id]
    else:
        album_ids = await find_shown_albums(call.tx, call.user_id, owner_id)
    page = await comments.list_all_comments(
        call.tx, call.user_id, owner_id, album_ids, offset=params.offset, count=params.count
    )
    drawing = CommentDrawing(call, page, with_likes=params.need_likes)
    return PhotoComments(page.count, [drawing.draw(comment) for comment in page.comments])


class OneComment(Params, kw_only=True):
    """Parameters that name a comment."""

    owner_id: OwnerOf = 0
    comment_id: Annotated[ItemId, doc("The comment's number.")]


class EditComment(OneComment, kw_only=True):
    """Parameters of photos.editComment."""

    message: Annotated[str, doc("The new words.")] = ""
    attachments: Texts = []


async def _check_kind(call: Call, owner_id: int, comment_id: int, *, is_deleted: bool = False) -> None:
    """Refuse (`CommentNotFound`) a comment that is not one on a photo."""
    kind = await comments.find_kind(call.tx, owner_id, comment_id, is_deleted=is_deleted)
    if kind != "photo":
        raise CommentNotFound(f"{owner_id}_{comment_id}")


@method("photos.editComment", scope=Scope.PHOTOS, writes=True, is_repeatable=True)
async def edit_comment(call: Call, params: EditComment) -> Literal[1]:
    """Changes a comment of the caller's of the last day.

    VK: photos.editComment.
    """
    owner_id = params.owner_id or call.user_id
    await _check_kind(call, owner_id, params.comment_id)
    attachments = read_attachments("attachments", params.attachments, COMMENT_KINDS)
    await comments.edit_comment(
        call.tx, call.user_id, owner_id, params.comment_id, params.message, attachments, now=call.now
    )
    return 1


@method("photos.deleteComment", scope=Scope.PHOTOS, writes=True)
async def delete_comment(call: Call, params: OneComment) -> Literal[1]:
    """Deletes a comment of the caller's, or on his own photo.

    VK: photos.deleteComment.
    """
    owner_id = params.owner_id or call.user_id
    await _check_kind(call, owner_id, params.comment_id)
    await comments.delete_comment(call.tx, call.user_id, owner_id, params.comment_id, now=call.now)
    return 1


@method("photos.restoreComment", scope=Scope.PHOTOS, writes=True)
async def restore_comment(call: Call, params: OneComment) -> Literal[1]:
    """Shows a comment again that the caller has deleted.

    VK: photos.restoreComment.
    """
    owner_id = params.owner_id or call.user_id
    await _check_kind(call, owner_id, params.comment_id, is_deleted=True)
    await comments.restore_comment(call.tx, call.user_id, owner_id, params.comment_id, now=call.now)
    return 1
