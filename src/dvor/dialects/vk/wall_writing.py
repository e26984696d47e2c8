"""wall.*: writing, changing, repeating and pinning posts."""

import re
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import replace

from dvor.core import waiting_posts, wall
from dvor.core.photos import save_photo
from dvor.dialects.vk.attachments import POST_KINDS, read_attachments
from dvor.dialects.vk.photos import make_key
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.attachments import Attachment
from dvor.model.errors import AccessDenied, InvalidParameter, PostForbidden
from dvor.model.ids import ItemId, OwnerId, Seconds
from dvor.model.tokens import Scope
from dvor.model.wall import PostChange

POST_KEY = re.compile(r"(?:wall)?(-?\d{1,10})_(\d{1,15})", re.ASCII)


class PostId(Struct, frozen=True):
    """The number of a new post on its wall."""

    post_id: int


class WritePost(Params):
    """Parameters of wall.post."""

    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    message: Annotated[str, doc("The words of the post, at most 16,384 characters.")] = ""
    attachments: Annotated[list[str], doc("Up to ten attachments: `photo1_2,doc1_3`.")] = []
    from_group: Annotated[bool, doc("Let the community speak whose wall it is; its editors may.")] = False
    signed: Annotated[bool, doc("Name who wrote in the community's name.")] = False
    guid: Annotated[
        str, doc("Written again with the same word the post is not written twice.", max_length=64)
    ] = ""
    close_comments: Annotated[bool, doc("Let nobody comment.")] = False
    friends_only: Annotated[bool, doc("Let only friends see it; on one's own wall.")] = False
    services: Annotated[str, doc("Other networks to post to; there are none.")] = ""
    mute_notifications: Annotated[bool, doc("Tell nobody; posts are never announced.")] = False
    publish_date: Annotated[Seconds, doc("Put it off until this Unix time, within a year.")] = 0
    post_id: Annotated[
        int,
        doc("Publish this one now, which was put off or suggested; its words if `message` is empty.", ge=0),
    ] = 0
    dont_parse_links: Annotated[bool, doc("Make no previews of links; none are made.")] = False


NOT_YET = (
    "lat",
    "long",
    "place_id",
    "mark_as_ads",
    "donut_paid_duration",
    "copyright",
    "video",
    "link_title",
    "link_photo_id",
)


@method(
    "wall.post",
    scope=Scope.WALL,
    writes=True,
    not_yet=NOT_YET,
    pictures=("photo",),
    errors={AccessDenied: 100, PostForbidden: 214},
)
async def post(call: Call, params: WritePost) -> PostId:
    """Writes a post.

    Where a community lets its members only suggest, it is suggested.  VK: wall.post.  A picture may come in the same request, as OpenVK has it: the file `photo` of a multipart form.
    """
    owner_id = params.owner_id or call.user_id
    if params.post_id:
        return PostId(
            await waiting_posts.publish_now(
                call.tx,
                call.user_id,
                owner_id,
                params.post_id,
                params.message,
                is_signed=params.signed,
                now=call.now,
            )
        )
    from_group = params.from_group and params.owner_id < 0
    attachments = read_attachments("attachments", params.attachments, POST_KINDS)
    if "photo" in call.pictures:
        author = params.owner_id if from_group else call.user_id
        once = f"post {owner_id} {params.guid}" if params.guid else ""
        attachments.append(await _save_picture(call, author, once))
    number = await waiting_posts.submit_post(
        call.tx,
        call.user_id,
        owner_id,
        params.message,
        attachments,
        platform=call.caller.platform,
        is_friends_only=params.friends_only,
        from_group=from_group,
        is_signed=params.signed,
        is_uncommented=params.close_comments,
        guid=params.guid,
        publish_at=params.publish_date,
        now=call.now,
    )
    return PostId(number)


async def _save_picture(call: Call, author: int, once: str) -> Attachment:
    """Make a photo of the picture that came with a post; with a name, `once`, only one under this name."""
    upload = call.pictures["photo"]
    upload = replace(upload, id=once or upload.id)
    photo = await save_photo(
        call.tx,
        call.user_id,
        upload,
        owner_id=author,
        text="",
        access_key=make_key(call, f"{author} {upload.id}"),
        quota=call.courtyard.settings.file_quota,
        now=call.now,
    )
    return Attachment("photo", photo.owner_id, photo.id)


class DeletePost(Params):
    """Parameters of wall.delete."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0


@method("wall.delete", scope=Scope.WALL, writes=True, errors={AccessDenied: 210})
async def delete(call: Call, params: DeletePost) -> Literal[1]:
    """Deletes a post of the caller's, or on the caller's wall.

    VK: wall.delete.
    """
    key = (params.owner_id or call.user_id, params.post_id)
    if await waiting_posts.is_waiting(call.tx, *key):
        await waiting_posts.cancel_waiting(call.tx, call.user_id, *key)
    else:
        await wall.delete_post(call.tx, call.user_id, *key, now=call.now)
    return 1


class OnePost(Params, kw_only=True):
    """Parameters that name a post."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0


class EditPost(OnePost, kw_only=True):
    """Parameters of wall.edit."""

    message: Annotated[str, doc("The new words, at most 16,384 characters.")] = ""
    attachments: Annotated[
        list[str], doc("The new attachments; `remove` or, with `v`, none: there are none.")
    ] = []
    publish_date: Annotated[Seconds, doc("Another time for what is put off; 0 leaves it.")] = 0
    friends_only: Annotated[bool, doc("Let only friends see it, on one's own wall; or everybody.")] | None = (
        None
    )
    signed: Annotated[bool, doc("Name who wrote in the community's name, or not.")] | None = None
    close_comments: Annotated[bool, doc("Let nobody comment, or everybody.")] | None = None
    services: Annotated[str, doc("Other networks to post to; there are none.")] = ""


@method(
    "wall.edit",
    scope=Scope.WALL,
    writes=True,
    is_repeatable=True,
    not_yet=(
        *("lat", "long", "place_id", "mark_as_ads", "donut_paid_duration", "poster_bkg_id"),
        *("poster_bkg_owner_id", "poster_bkg_access_hash", "copyright", "topic_id"),
    ),
)
async def edit(call: Call, params: EditPost) -> PostId:
    """Changes a post of the caller's, or of a community that he edits.

    VK: wall.edit.
    """
    keeps = not params.attachments and not call.is_versioned
    names = [] if params.attachments == ["remove"] else params.attachments
    attachments = None if keeps else read_attachments("attachments", names, POST_KINDS)
    key = (params.owner_id or call.user_id, params.post_id)
    content = (params.message, attachments)
    change = PostChange(params.friends_only, params.signed, params.close_comments)
    if await waiting_posts.is_waiting(call.tx, *key):
        await waiting_posts.edit_waiting(
            call.tx, call.user_id, *key, *content, publish_at=params.publish_date, now=call.now, change=change
        )
    else:
        await wall.edit_post(call.tx, call.user_id, *key, *content, now=call.now, change=change)
    return PostId(params.post_id)


@method("wall.restore", scope=Scope.WALL, writes=True, is_repeatable=True)
async def restore(call: Call, params: OnePost) -> Literal[1]:
    """Shows a post again that the caller has deleted.

    VK: wall.restore.
    """
    await wall.restore_post(call.tx, call.user_id, params.owner_id or call.user_id, params.post_id)
    return 1


class Repost(Params):
    """Parameters of wall.repost."""

    object: Annotated[str, doc("The post: `wall1_2`.", max_length=64)]
    message: Annotated[str, doc("Words to go with it.")] = ""
    group_id: Annotated[int, doc("The community on whose wall; 0: one's own.", ge=0, le=1_999_999_999)] = 0
    mute_notifications: Annotated[bool, doc("Tell nobody; reposts are not announced.")] = False


class Reposted(Struct, frozen=True):
    """The new post, and how often the original is repeated and liked."""

    success: int
    post_id: int
    reposts_count: int
    likes_count: int


@method("wall.repost", scope=Scope.WALL, writes=True, not_yet=("mark_as_ads",))
async def repost(call: Call, params: Repost) -> Reposted:
    """Repeats a post on the caller's wall, or on that of a community that he edits.

    VK: wall.repost.
    """
    match = POST_KEY.fullmatch(params.object)
    if match is None:
        raise InvalidParameter("object", "is no post (wall1_2)")
    number, original = await wall.repost(
        call.tx,
        call.user_id,
        (int(match[1]), int(match[2])),
        -params.group_id or call.user_id,
        params.message,
        platform=call.caller.platform,
        now=call.now,
    )
    return Reposted(1, number, original.reposts + 1, original.likes)


@method("wall.pin", scope=Scope.WALL, writes=True, is_repeatable=True)
async def pin(call: Call, params: OnePost) -> Literal[1]:
    """Pins a post to the top of its wall.

    VK: wall.pin.
    """
    owner_id = params.owner_id or call.user_id
    await wall.pin_post(call.tx, call.user_id, owner_id, params.post_id, is_pinned=True)
    return 1


@method("wall.unpin", scope=Scope.WALL, writes=True, is_repeatable=True)
async def unpin(call: Call, params: OnePost) -> Literal[1]:
    """Unpins a post.

    VK: wall.unpin.
    """
    owner_id = params.owner_id or call.user_id
    await wall.pin_post(call.tx, call.user_id, owner_id, params.post_id, is_pinned=False)
    return 1


@method("wall.closeComments", scope=Scope.WALL, writes=True, is_repeatable=True)
async def close_comments(call: Call, params: OnePost) -> Literal[1]:
    """Closes a post to comments.

    VK: wall.closeComments.
    """
    owner_id = params.owner_id or call.user_id
    await wall.close_comments(call.tx, call.user_id, owner_id, params.post_id, is_closed=True)
    return 1


@method("wall.openComments", scope=Scope.WALL, writes=True, is_repeatable=True)
async def open_comments(call: Call, params: OnePost) -> Literal[1]:
    """Opens a post to comments.

    VK: wall.openComments.
    """
    owner_id = params.owner_id or call.user_id
    await wall.close_comments(call.tx, call.user_id, owner_id, params.post_id, is_closed=False)
    return 1
