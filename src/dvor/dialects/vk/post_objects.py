"""How VK and OpenVK draw posts, and the people beside them."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.privacy import Owners, People, Person
from dvor.core.wall import PostPage
from dvor.dialects.vk.attachments import AttachmentObject, draw_attachments
from dvor.dialects.vk.texts import draw_text
from dvor.dialects.vk.user_objects import PROFILE_FIELDS, Flag, UserDrawing, UserObject
from dvor.methods.declaration import Call
from dvor.model.wall import Post


class PostSource(Struct, frozen=True, omit_defaults=True):
    """How a post was made."""

    type: str
    platform: str | UnsetType = UNSET


class PostComments(Struct, frozen=True):
    """The comments under a post."""

    count: int
    can_post: int


class PostLikes(Struct, frozen=True):
    """The likes of a post, and the viewer's."""

    count: int
    user_likes: int
    can_like: int
    can_publish: int


class PostReposts(Struct, frozen=True):
    """The reposts of a post."""

    count: int
    user_reposted: int


class CopiedPost(Struct, frozen=True):
    """The post that another one repeats."""

    id: int
    owner_id: int
    from_id: int
    date: int
    text: str
    attachments: list[AttachmentObject]
    post_type: str
    post_source: PostSource
    inner_type: str = "wall_wallpost"


class PostObject(Struct, frozen=True, omit_defaults=True):
    """A post."""

    id: int
    from_id: int
    owner_id: int
    date: int
    text: str
    attachments: list[AttachmentObject]
    comments: PostComments
    likes: PostLikes
    reposts: PostReposts
    post_source: PostSource
    post_type: str = ""
    can_edit: Flag | UnsetType = UNSET
    can_delete: Flag | UnsetType = UNSET
    can_pin: Flag | UnsetType = UNSET
    can_archive: Flag | UnsetType = UNSET
    is_archived: Flag | UnsetType = UNSET
    is_pinned: int | UnsetType = UNSET
    is_explicit: Flag | UnsetType = UNSET
    is_favorite: bool | UnsetType = UNSET
    friends_only: int | UnsetType = UNSET
    copy_history: list["CopiedPost"] | UnsetType = UNSET
    edited: int | UnsetType = UNSET
    signer_id: int | UnsetType = UNSET
    post_id: int | UnsetType = UNSET
    type: str | UnsetType = UNSET
    source_id: int | UnsetType = UNSET
    inner_type: str | UnsetType = UNSET


SITE = PostSource("vk")


class PostDrawing:
    """Draws the posts of one page for one call."""

    def __init__(self, call: Call, page: PostPage) -> None:
        self._call = call
        self._page = page
        self._takes_comments: dict[int, bool] = {}

    def draw(self, post: Post, *, in_list: bool = False, **extra: Any) -> PostObject:
        """Return a post; `in_list` is how wall.get draws it, whose flags are numbers in OpenVK's form."""
        call, page, viewer_id = self._call, self._page, self._call.owner_id
        is_mine = bool(viewer_id) and (viewer_id == post.from_id or page.owners[post.owner_id].is_managed)
        drawn: dict[str, Any] = {"post_type": "post", **extra}
        if call.is_versioned:
            drawn["is_favorite"] = False
            drawn["inner_type"] = "wall_wallpost"
            if is_mine:
                drawn["can_delete"] = 1
        else:
            drawn |= self._openvk_members(post, is_mine, as_number=in_list)
        drawn |= self._draw_rest(post)
        is_known = bool(call.user_id)
        return PostObject(
            id=post.id,
            from_id=post.from_id,
            owner_id=post.owner_id,
            date=post.created_at,
            text=draw_text(call, post.text),
            attachments=draw_attachments(call, page.attached, post.attachments) if post.attachments else [],
            comments=PostComments(post.comments, int(self._may_comment(post))),
            likes=PostLikes(
                post.likes, int(post.is_liked), int(is_known), int(is_known and not post.is_friends_only)
            ),
            reposts=PostReposts(post.reposts, 0),
            post_source=PostSource("api", post.platform) if post.platform else SITE,
            **drawn,
        )

    def _draw_rest(self, post: Post) -> dict[str, Any]:
        """Return what few posts have."""
        drawn: dict[str, Any] = {}
        if post.is_friends_only:
            drawn["friends_only"] = 1
        if post.edited_at:
            drawn["edited"] = post.edited_at
        if post.signer_id:
            drawn["signer_id"] = post.signer_id
        if self._page.pinned.get(post.owner_id) == post.id:
            drawn["is_pinned"] = 1
        if post.copied is not None and post.copied in self._page.copied:
            drawn["copy_history"] = [self._draw_copied(self._page.copied[post.copied])]
        return drawn

    def _draw_copied(self, post: Post) -> CopiedPost:
        call = self._call
        attachments = draw_attachments(call, self._page.attached, post.attachments)
        text = draw_text(call, post.text)
        return CopiedPost(
            post.id, post.owner_id, post.from_id, post.created_at, text, attachments, "post", SITE
        )

    def _may_comment(self, post: Post) -> bool:
        takes = self._takes_comments.get(post.owner_id)
        if takes is None:
            takes = self._takes_comments[post.owner_id] = self._page.owners[post.owner_id].takes_comments
        return takes and not post.is_uncommented

    def _openvk_members(self, post: Post, is_mine: bool, *, as_number: bool) -> dict[str, Any]:
        def flag(value: bool) -> Flag:
            return int(value) if as_number else value

        members: dict[str, Any] = {
            "copy_history": [],
            "can_edit": flag(False),
            "can_delete": flag(is_mine),
            "can_pin": flag(False),
            "can_archive": flag(False),
            "is_archived": flag(False),
            "is_pinned": 0,
            "is_explicit": flag(False),
        }
        return members if as_number else members | {"post_id": post.id}


def draw_profiles(call: Call, owners: Owners | People, fields: list[str]) -> list[UserObject]:
    """Return the people beside a list, by id."""
    drawing = UserDrawing(call, PROFILE_FIELDS.union(fields))
    return [drawing.draw(one) for _, one in sorted(owners.items()) if isinstance(one, Person)]
