"""wall.*: comments under posts."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import comments
from dvor.core.comments import CommentPage, ItemKey
from dvor.dialects.vk.attachments import COMMENT_KINDS, AttachmentObject, draw_attachments, read_attachments
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.texts import draw_text
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.comments import EDIT_SECONDS, Comment
from dvor.model.errors import AccessDenied, CommentNotFound
from dvor.model.ids import MAX_NUMBER, ItemId, OwnerId
from dvor.model.tokens import Scope


class CommentLikes(Struct, frozen=True):
    """The likes of a comment, and the viewer's."""

    count: int
    user_likes: int
    can_like: int


class Thread(Struct, frozen=True):
    """The answers to a comment."""

    count: int
    items: list["CommentObject"]
    can_post: bool
    show_reply_button: bool
    groups_can_post: bool


class CommentObject(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A comment on a post (`post_id`) or a photo (`photo_id`, and `pid` as it was called before)."""

    id: int
    from_id: int
    date: int
    text: str
    post_id: int | UnsetType = UNSET
    photo_id: int | UnsetType = UNSET
    pid: int | UnsetType = UNSET
    owner_id: int
    parents_stack: list[int]
    can_edit: int | UnsetType = UNSET
    can_delete: int | UnsetType = UNSET
    attachments: list[AttachmentObject] | UnsetType = UNSET
    likes: CommentLikes | UnsetType = UNSET
    thread: Thread | UnsetType = UNSET
    reply_to_user: int | UnsetType = UNSET
    reply_to_comment: int | UnsetType = UNSET
    is_from_post_author: bool | UnsetType = UNSET


class CommentDrawing:
    """Draws the comments of one page for one call."""

    def __init__(self, call: Call, page: CommentPage, *, with_likes: bool = True, preview: int = 0) -> None:
        self._call = call
        self._page = page
        self._with_likes = with_likes
        self._preview = preview

    def draw(self, comment: Comment) -> CommentObject:
        """Return a comment, with the first answers to it."""
        call, page = self._call, self._page
        text = draw_text(call, comment.text)
        drawn: dict[str, Any] = {}
        is_own = comment.from_id == call.user_id
        owner = page.owners.get(comment.owner_id)
        if is_own or (owner is not None and owner.is_managed):
            drawn["can_delete"] = 1
        if is_own:
            drawn["can_edit"] = int(call.now - comment.created_at <= EDIT_SECONDS)
        if comment.attachments or not call.is_versioned:
            drawn["attachments"] = draw_attachments(call, page.attached, comment.attachments)
        if self._with_likes:
            drawn["likes"] = CommentLikes(comment.likes, int(comment.is_liked), 1)
        if comment.reply_to_id:
            drawn |= {"reply_to_comment": comment.reply_to_id, "reply_to_user": comment.reply_to_user}
        if comment.from_id == page.item_author:
            drawn["is_from_post_author"] = True
        if not comment.thread_id:
            answers = [self.draw(one) for one in page.threads.get(comment.id, [])]
            drawn["thread"] = Thread(comment.replies, answers, page.may_comment, True, page.may_comment)
        is_of_photo = comment.kind == "photo"
        return CommentObject(
            id=comment.id,
            from_id=comment.from_id,
            date=comment.created_at,
            text=text[: self._preview] if self._preview else text,
            post_id=UNSET if is_of_photo else comment.item_id,
            photo_id=comment.item_id if is_of_photo else UNSET,
            pid=comment.item_id if is_of_photo else UNSET,
            owner_id=comment.owner_id,
            parents_stack=[comment.thread_id] if comment.thread_id else [],
            **drawn,
        )


class CommentList(Struct, frozen=True, omit_defaults=True):
    """Comments; `count` is all of them, `current_level_count` those that begin threads (or are in the one asked for)."""

    count: int
    items: list[CommentObject]
    current_level_count: int
    can_post: bool
    show_reply_button: bool
    groups_can_post: bool
    real_offset: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class WriteComment(Params):
    """Parameters of wall.createComment."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    message: Annotated[str, doc("The words, at most 16,384 characters.")] = ""
    attachments: Annotated[list[str], doc("Up to ten attachments: `photo1_2`.")] = []
    reply_to_comment: Annotated[ItemId, doc("The comment that is answered; 0 for none.")] = 0
    from_group: Annotated[int, doc("Let the community speak whose wall it is; its managers may.", ge=0)] = 0
    guid: Annotated[str, doc("Written again with the same word it is not written twice.", max_length=64)] = ""


class CommentId(Struct, frozen=True):
    """The number of a new comment, and the thread that it stands in."""

    comment_id: int
    parents_stack: list[int]


@method("wall.createComment", scope=Scope.WALL, for_groups=True, writes=True, not_yet=("sticker_id",))
async def create_comment(call: Call, params: WriteComment) -> CommentId:
    """Writes a comment under a post.

    VK: wall.createComment; a community's token comments as the community.
    """
    owner_id = params.owner_id or call.owner_id
    is_community = bool(call.caller.group_id)
    if is_community and owner_id != call.owner_id:
        raise AccessDenied("a community comments on its own wall")
    number, stack = await comments.write_comment(
        call.tx,
        call.owner_id,
        (owner_id, "post", params.post_id),
        params.message,
        read_attachments("attachments", params.attachments, COMMENT_KINDS),
        reply_to_id=params.reply_to_comment,
        from_group=(params.from_group > 0 and owner_id < 0) or is_community,
        guid=params.guid,
        now=call.now,
    )
    return CommentId(number, stack)


class GetComments(Params):
    """Parameters of wall.getComments."""

    post_id: Annotated[ItemId, doc("The post's number on the wall.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    comment_id: Annotated[ItemId, doc("Only the thread of this comment; 0: those that begin threads.")] = 0
    start_comment_id: Annotated[ItemId, doc("Begin at this comment.")] = 0
    offset: Annotated[
        int, doc("How many to skip; back over start_comment_id when below zero.", ge=-(2**31), le=2**31 - 1)
    ] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=100)] = 10
    sort: Annotated[Literal["", "asc", "desc", "smart"], doc("The oldest or the newest first.")] = "asc"
    need_likes: Annotated[bool, doc("Give the likes; without `v` by default.")] | None = None
    preview_length: Annotated[
        int, doc("Cut the texts after so many characters; 0: never.", ge=0, le=10_000)
    ] = 0
    thread_items_count: Annotated[int, doc("How many answers to give with each comment.", ge=0, le=10)] = 0
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("wall.getComments")
async def get_comments(call: Call, params: GetComments) -> CommentList:
    """Returns the comments under a post.

    VK: wall.getComments.
    """
    key: ItemKey = (params.owner_id or call.user_id, "post", params.post_id)
    page = await comments.list_comments(
        call.tx,
        call.user_id,
        key,
        thread_id=params.comment_id,
        start_id=params.start_comment_id,
        offset=params.offset,
        count=params.count,
        is_rising=params.sort != "desc",
        thread_count=params.thread_items_count,
    )
    needs_likes = params.need_likes if params.need_likes is not None else not call.is_versioned
    drawing = CommentDrawing(call, page, with_likes=needs_likes, preview=params.preview_length)
    items = [drawing.draw(comment) for comment in page.comments]
    more: dict[str, Any] = {"real_offset": page.offset} if params.start_comment_id else {}
    if params.extended:
        more["profiles"] = draw_profiles(call, page.owners, params.fields)
        more["groups"] = draw_groups(call, page.owners, params.fields)
    may = page.may_comment
    return CommentList(page.count, items, page.level_count, may, may, may, **more)


class GetComment(Params):
    """Parameters of wall.getComment."""

    comment_id: Annotated[ItemId, doc("The comment's number.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    extended: Annotated[bool, doc("Give the authors in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


class OneComment(Struct, frozen=True, omit_defaults=True):
    """The comment that was asked for."""

    items: list[CommentObject]
    can_post: bool
    show_reply_button: bool
    groups_can_post: bool
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


@method("wall.getComment")
async def get_comment(call: Call, params: GetComment) -> OneComment:
    """Returns one comment.

    VK: wall.getComment.
    """
    page = await comments.get_comment(
        call.tx, call.user_id, params.owner_id or call.user_id, params.comment_id
    )
    drawing = CommentDrawing(call, page)
    more: dict[str, Any] = {}
    if params.extended:
        more["profiles"] = draw_profiles(call, page.owners, params.fields)
        more["groups"] = draw_groups(call, page.owners, params.fields)
    may = page.may_comment
    return OneComment([drawing.draw(one) for one in page.comments], may, may, may, **more)


class CommentParams(Params, kw_only=True):
    """Parameters that name a comment."""

    comment_id: Annotated[ItemId, doc("The comment's number.")]
    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0


class PostComment(CommentParams, kw_only=True):
    """Parameters that name a comment, and may name its post."""

    post_id: Annotated[int, doc("The post below which it is; 0: any.", ge=0, le=MAX_NUMBER)] = 0

    async def check(self, call: Call) -> None:
        """Refuse a comment that is below another post; `CommentNotFound`."""
        if self.post_id:
            page = await comments.get_comment(
                call.tx, call.user_id, self.owner_id or call.user_id, self.comment_id
            )
            if page.comments[0].item_id != self.post_id:
                raise CommentNotFound(f"{self.comment_id} below the post {self.post_id}")


class EditComment(PostComment, kw_only=True):
    """Parameters of wall.editComment."""

    message: Annotated[str, doc("The new words.")] = ""
    attachments: Annotated[list[str], doc("The new attachments.")] = []


@method("wall.editComment", scope=Scope.WALL, writes=True, is_repeatable=True, errors={AccessDenied: 211})
async def edit_comment(call: Call, params: EditComment) -> Literal[1]:
    """Changes a comment of the caller's of the last day.

    VK: wall.editComment.
    """
    await params.check(call)
    await comments.edit_comment(
        call.tx,
        call.user_id,
        params.owner_id or call.user_id,
        params.comment_id,
        params.message,
        read_attachments("attachments", params.attachments, COMMENT_KINDS),
        now=call.now,
    )
    return 1


@method("wall.deleteComment", scope=Scope.WALL, writes=True, errors={AccessDenied: 211})
async def delete_comment(call: Call, params: PostComment) -> Literal[1]:
    """Deletes a comment of the caller's, or on his own page.

    VK: wall.deleteComment.
    """
    await params.check(call)
    owner_id = params.owner_id or call.user_id
    await comments.delete_comment(call.tx, call.user_id, owner_id, params.comment_id, now=call.now)
    return 1


@method("wall.restoreComment", scope=Scope.WALL, writes=True)
async def restore_comment(call: Call, params: CommentParams) -> Literal[1]:
    """Shows a comment again that the caller has deleted.

    VK: wall.restoreComment.
    """
    owner_id = params.owner_id or call.user_id
    await comments.restore_comment(call.tx, call.user_id, owner_id, params.comment_id, now=call.now)
    return 1
