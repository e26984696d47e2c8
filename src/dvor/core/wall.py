"""The wall: reading, writing and deleting posts."""

from msgspec import Struct

from dvor.core.attachments import Attached, check_attachments, load_attached
from dvor.core.privacy import Community, Owners, check_open, load_owner, load_owners
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.errors import (
    AccessDenied,
    InvalidParameter,
    PostForbidden,
    PostNotFound,
)
from dvor.model.groups import Role
from dvor.model.wall import MAX_TEXT, NewPost, Post, WallFilter
from dvor.store import wall as store
from dvor.store.database import Transaction

PostKey = tuple[int, int]


class PostPage(Struct, frozen=True):
    """Posts in order with what is needed to draw them: those who wrote or host them, and what is attached."""

    count: int
    posts: list[Post]
    owners: Owners
    attached: Attached


async def list_wall(
    tx: Transaction, viewer_id: int, owner_id: int, which: WallFilter, *, offset: int, count: int
) -> PostPage:
    """Return a page of a wall, newest first; errors of `load_owner`, `ProfileClosed`."""
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    with_friends_only = owner.shows_friends_only
    total = await store.count_posts(tx, owner_id, which, with_friends_only=with_friends_only)
    posts = await store.list_posts(
        tx, owner_id, viewer_id, which, offset, count, with_friends_only=with_friends_only
    )
    return await gather_page(tx, viewer_id, total, posts, {owner_id: owner})


async def gather_page(
    tx: Transaction, viewer_id: int, count: int, posts: list[Post], known: Owners
) -> PostPage:
    """Load what the posts need: their authors and photos."""
    authors = {owner_id for post in posts for owner_id in (post.owner_id, post.from_id)} - known.keys()
    owners = known | (await load_owners(tx, viewer_id, authors) if authors else {})
    attached = [({post.owner_id, post.from_id}, post.attachments) for post in posts if post.attachments]
    return PostPage(count, posts, owners, await load_attached(tx, viewer_id, attached))


async def get_posts(tx: Transaction, viewer_id: int, keys: list[PostKey]) -> PostPage:
    """Return those of the posts that exist and that the viewer may see, in the order asked for."""
    found = await store.load_posts(tx, keys, viewer_id)
    owners = await load_owners(tx, viewer_id, {post.owner_id for post in found.values()})
    posts = [found[key] for key in dict.fromkeys(keys) if key in found and _is_visible(found[key], owners)]
    return await gather_page(tx, viewer_id, len(posts), posts, owners)


def _is_visible(post: Post, owners: Owners) -> bool:
    owner = owners.get(post.owner_id)
    return owner is not None and owner.is_open and (not post.is_friends_only or owner.shows_friends_only)


async def get_post(tx: Transaction, viewer_id: int, owner_id: int, post_id: int) -> Post:
    """Return a post that the viewer may see; `PostNotFound`."""
    page = await get_posts(tx, viewer_id, [(owner_id, post_id)])
    if not page.posts:
        raise PostNotFound(f"{owner_id}_{post_id}")
    return page.posts[0]


async def write_post(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    platform: str,
    is_friends_only: bool,
    now: int,
    from_group: bool = False,
) -> int:
    """Write a post and return its number; `PostForbidden`, `InvalidParameter`, errors of `load_owner`.

    With `from_group` the community whose wall it is speaks; its editors may let it.
    """
    if not text and not attachments:
        raise InvalidParameter("message")
    if len(text) > MAX_TEXT:
        raise InvalidParameter("message", f"longer than {MAX_TEXT} characters")
    if len(attachments) > MAX_ATTACHMENTS:
        raise InvalidParameter("attachments", f"more than {MAX_ATTACHMENTS}")
    owner = await load_owner(tx, user_id, owner_id)
    is_editor = isinstance(owner, Community) and owner.standing.role >= Role.EDITOR
    if not (is_editor if from_group else owner.takes_posts):
        raise PostForbidden(str(owner_id))
    if is_friends_only and owner_id != user_id:
        raise InvalidParameter("friends_only", "only on one's own wall")
    await check_attachments(tx, user_id, attachments)
    post = NewPost(
        owner_id=owner_id,
        from_id=owner_id if from_group else user_id,
        text=text,
        attachments=attachments,
        platform=platform,
        is_friends_only=is_friends_only,
        created_at=now,
    )
    return await store.insert_post(tx, post)


async def delete_post(tx: Transaction, user_id: int, owner_id: int, post_id: int, *, now: int) -> None:
    """Delete a post of one's own, or on one's own wall; `PostNotFound` (or not to be seen), `AccessDenied`."""
    found = await store.load_posts(tx, [(owner_id, post_id)], user_id)
    post = found.get((owner_id, post_id))
    if post is None:
        raise PostNotFound(f"{owner_id}_{post_id}")
    if user_id != post.from_id and not (await load_owner(tx, user_id, owner_id)).is_managed:
        await get_post(tx, user_id, owner_id, post_id)
        raise AccessDenied("neither your post nor your wall")
    await store.mark_post_deleted(tx, owner_id, post_id, now)
