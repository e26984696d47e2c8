"""The wall: reading, writing and deleting posts."""

from typing import Any, NotRequired, TypedDict, Unpack

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.attachments import Attached, check_attachments, load_attached
from dvor.core.events import tell
from dvor.core.notifications import notify, notify_mentioned
from dvor.core.privacy import Community, Owners, check_open, load_owner, load_owners, may_see_post
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.errors import (
    AccessDenied,
    InvalidParameter,
    PostForbidden,
    PostNotFound,
)
from dvor.model.events import ItemEvent
from dvor.model.notifications import Notification
from dvor.model.wall import MAX_TEXT, NO_CHANGE, Copy, NewPost, Post, PostChange, WallFilter
from dvor.model.words import fold_words
from dvor.store import wall as store
from dvor.store.database import Transaction
from dvor.store.likes import step_counter
from dvor.store.post_words import delete_post_words, insert_post_words

PostKey = tuple[int, int]
REPOSTS_AT_ONCE = 200
"""Reposts of a post that are read at a time, to find those that a viewer may see."""
MOST_REPOSTS = 10_000
"""How many reposts of a post are looked at for one page."""


class PostPage(Struct, frozen=True):
    """Posts in order with what is needed to draw them: those who wrote or host them, and what is attached."""

    count: int
    posts: list[Post]
    owners: Owners
    attached: Attached
    copied: dict[PostKey, Post] = {}
    pinned: dict[int, int] = {}
    """The pinned post of each wall that was asked for."""


async def list_wall(
    tx: Transaction, viewer_id: int, owner_id: int, which: WallFilter, *, offset: int, count: int
) -> PostPage:
    """Return a page of a wall, newest first; errors of `load_owner`, `ProfileClosed`."""
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    with_friends_only = owner.shows_friends_only
    total = await store.count_posts(tx, owner_id, which, with_friends_only=with_friends_only)
    pinned = 0 if which == "others" else await store.find_pinned(tx, owner_id)
    first = await store.load_posts(tx, [(owner_id, pinned)], viewer_id) if pinned else {}
    shown = [post for post in first.values() if with_friends_only or not post.is_friends_only]
    # the pinned post stands before all others, and not among them
    skipped, taken = (max(offset - 1, 0), count - (offset == 0)) if shown else (offset, count)
    posts = await store.list_posts(
        tx,
        owner_id,
        viewer_id,
        which,
        skipped,
        max(taken, 0),
        with_friends_only=with_friends_only,
        without=pinned,
    )
    if offset == 0 and count:
        posts = [*shown, *posts]
    page = await gather_page(tx, viewer_id, total, posts, {owner_id: owner})
    return replace(page, pinned={owner_id: pinned})


async def gather_page(
    tx: Transaction, viewer_id: int, count: int, posts: list[Post], known: Owners
) -> PostPage:
    """Load what the posts need: their authors and photos."""
    authors = {owner_id for post in posts for owner_id in (post.owner_id, post.from_id)} - known.keys()
    owners = known | (await load_owners(tx, viewer_id, authors) if authors else {})
    copied = await _load_copied(tx, viewer_id, posts, owners)
    everything = [*posts, *copied.values()]
    attached = [({post.owner_id, post.from_id}, post.attachments) for post in everything if post.attachments]
    return PostPage(count, posts, owners, await load_attached(tx, viewer_id, attached), copied)


async def _load_copied(
    tx: Transaction, viewer_id: int, posts: list[Post], owners: Owners
) -> dict[PostKey, Post]:
    """Return the posts that these repeat, as far as the viewer may see them; their owners join the others."""
    keys = sorted({post.copied for post in posts if post.copied is not None})
    if not keys:
        return {}
    found = await store.load_posts(tx, keys, viewer_id)
    missing = {who for post in found.values() for who in (post.owner_id, post.from_id)} - owners.keys()
    owners |= await load_owners(tx, viewer_id, missing) if missing else {}
    return {key: post for key, post in found.items() if may_see_post(post, owners)}


async def get_posts(tx: Transaction, viewer_id: int, keys: list[PostKey]) -> PostPage:
    """Return those of the posts that exist and that the viewer may see, in the order asked for."""
    found = await store.load_posts(tx, keys, viewer_id)
    owners = await load_owners(tx, viewer_id, {post.owner_id for post in found.values()})
    posts = [found[key] for key in dict.fromkeys(keys) if key in found and may_see_post(found[key], owners)]
    return await gather_page(tx, viewer_id, len(posts), posts, owners)


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
    guid: str = "",
    from_group: bool = False,
    **about: Unpack["AboutPost"],
) -> int:
    """Write a post and return its number; a `guid` makes it once.  Errors of `prepare_post`."""
    if guid and (known := await store.find_guid(tx, owner_id, owner_id if from_group else user_id, guid)):
        return known
    post = await prepare_post(
        tx, user_id, owner_id, text, attachments, guid=guid, from_group=from_group, **about
    )
    return await publish_post(tx, await store.next_wall_number(tx, owner_id), post, user_id)


class AboutPost(TypedDict):
    """What a post is beyond its content."""

    platform: str
    is_friends_only: bool
    now: int
    is_signed: NotRequired[bool]
    is_uncommented: NotRequired[bool]
    copied: NotRequired[PostKey | None]


async def prepare_post(
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
    is_signed: bool = False,
    is_uncommented: bool = False,
    is_suggested: bool = False,
    guid: str = "",
    copied: PostKey | None = None,
) -> NewPost:
    """Return a post that its author may write now; `PostForbidden`, `InvalidParameter`, errors of `load_owner`.

    With `from_group` the community whose wall it is speaks; its editors may let it, and sign.  What is suggested
    (`is_suggested`) has been let in by the caller; `copied` is the post that it repeats.
    """
    if not text and not attachments and copied is None:
        raise InvalidParameter("message")
    if len(text) > MAX_TEXT:
        raise InvalidParameter("message", f"longer than {MAX_TEXT} characters")
    if len(attachments) > MAX_ATTACHMENTS:
        raise InvalidParameter("attachments", f"more than {MAX_ATTACHMENTS}")
    owner = await load_owner(tx, user_id, owner_id)
    is_editor = isinstance(owner, Community) and owner.is_edited
    if not (is_suggested or (is_editor if from_group else owner.takes_posts)):
        raise PostForbidden(str(owner_id))
    if is_friends_only and owner_id != user_id:
        raise InvalidParameter("friends_only", "only on one's own wall")
    await check_attachments(tx, user_id, attachments)
    return NewPost(
        owner_id=owner_id,
        from_id=owner_id if from_group else user_id,
        text=text,
        attachments=attachments,
        platform=platform,
        is_friends_only=is_friends_only,
        created_at=now,
        signer_id=user_id if from_group and is_signed else 0,
        copied_owner_id=copied[0] if copied else 0,
        copied_id=copied[1] if copied else 0,
        guid=guid,
        is_uncommented=is_uncommented,
    )


async def publish_post(tx: Transaction, number: int, post: NewPost, user_id: int) -> int:
    """Put a prepared post on its wall under a number drawn for it, and tell whom it concerns; return the number."""
    await store.insert_numbered_post(tx, number, post)
    await insert_post_words(tx, post.owner_id, number, fold_words(post.text))
    if post.owner_id < 0:
        told = {post.owner_id: ItemEvent(post.owner_id, number, user_id)}
        await tell(tx, "wall_post_new", told, post.created_at)
    await _notify(tx, post, number)
    return number


async def _notify(tx: Transaction, post: NewPost, number: int) -> None:
    """Tell whose wall was written on, and whom a post calls."""
    made: dict[str, Any] = {"from_id": post.from_id, "created_at": post.created_at}
    made |= {"made_owner_id": post.owner_id, "made_id": number}
    await notify(tx, Notification(user_id=post.owner_id, kind="wall", **made))
    called = Notification(user_id=0, kind="mention", **made)
    await notify_mentioned(tx, post.text, called, {post.owner_id, post.from_id})


async def repost(
    tx: Transaction, user_id: int, key: PostKey, owner_id: int, text: str, *, platform: str, now: int
) -> tuple[int, Post]:
    """Repeat a post on one's own wall, or on that of a community one edits; return its number and the original.

    The repetition of a repetition repeats the original.  `PostNotFound`, `PostForbidden`.
    """
    original = await get_post(tx, user_id, *key)
    if original.copied is not None:
        original = await get_post(tx, user_id, *original.copied)
    if original.is_friends_only:
        raise PostForbidden("only for friends")
    copied = (original.owner_id, original.id)
    number = await write_post(
        tx,
        user_id,
        owner_id,
        text,
        [],
        platform=platform,
        is_friends_only=False,
        now=now,
        from_group=owner_id < 0,
        copied=copied,
    )
    await step_counter(tx, "reposts", copied[0], "post", copied[1], 1)
    if copied[0] < 0:
        await tell(tx, "wall_repost", {copied[0]: ItemEvent(owner_id, number, user_id)}, now)
    await notify(
        tx,
        Notification(
            user_id=original.from_id,
            kind="copy_post",
            owner_id=copied[0],
            item_id=copied[1],
            from_id=user_id,
            made_owner_id=owner_id,
            made_id=number,
            created_at=now,
        ),
    )
    return number, original


async def edit_post(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    post_id: int,
    text: str,
    attachments: list[Attachment] | None,
    *,
    now: int,
    change: PostChange = NO_CHANGE,
) -> None:
    """Change one's own post, or the community's as its editor; no attachments (None) leaves them.

    A community's post that was unsigned is signed by who changes it.  `PostNotFound`, `AccessDenied`, `InvalidParameter`.
    """
    post = await get_post(tx, user_id, owner_id, post_id)
    owner = await load_owner(tx, user_id, owner_id)
    is_editor = isinstance(owner, Community) and owner.is_edited
    if post.from_id != user_id and not (post.from_id == owner_id and is_editor):
        raise AccessDenied("not your post")
    kept = post.attachments if attachments is None else attachments
    if not text and not kept and post.copied is None:
        raise InvalidParameter("message")
    if len(text) > MAX_TEXT or len(kept) > MAX_ATTACHMENTS:
        raise InvalidParameter("message", "too long, or too much attached")
    if attachments:
        await check_attachments(tx, user_id, attachments)
    if change.is_friends_only and owner_id != user_id:
        raise InvalidParameter("friends_only", "only on one's own wall")
    signer_id = post.signer_id
    if change.is_signed is not None:
        signer_id = (signer_id or user_id) if change.is_signed and post.from_id == owner_id < 0 else 0
    changed = replace(
        post,
        text=text,
        attachments=kept,
        is_friends_only=choose(change.is_friends_only, post.is_friends_only),
        is_uncommented=choose(change.is_uncommented, post.is_uncommented),
        signer_id=signer_id,
    )
    await store.change_post(tx, changed, now)
    old, new = set(fold_words(post.text)), set(fold_words(text))
    await delete_post_words(tx, owner_id, post_id, old - new)
    await insert_post_words(tx, owner_id, post_id, new - old)


def choose(wanted: bool | None, before: bool) -> bool:
    """Return what is wanted, or (None) what was before."""
    return before if wanted is None else wanted


async def restore_post(tx: Transaction, user_id: int, owner_id: int, post_id: int) -> None:
    """Show a post again that one has deleted; `PostNotFound`."""
    found = await store.load_posts(tx, [(owner_id, post_id)], user_id, with_deleted=True)
    post = found.get((owner_id, post_id))
    if post is None or post.deleter_id != user_id:
        raise PostNotFound(f"{owner_id}_{post_id}")
    await store.restore_post(tx, owner_id, post_id)
    await insert_post_words(tx, owner_id, post_id, fold_words(post.text))
    if post.copied is not None:
        await step_counter(tx, "reposts", post.copied_owner_id, "post", post.copied_id, 1)


async def pin_post(tx: Transaction, user_id: int, owner_id: int, post_id: int, *, is_pinned: bool) -> None:
    """Pin a post of the owner's own to the top of the wall, or unpin it; `PostNotFound`, `AccessDenied`."""
    post = await get_post(tx, user_id, owner_id, post_id)
    owner = await load_owner(tx, user_id, owner_id)
    if not owner.is_managed or post.from_id != owner_id:
        raise AccessDenied("only what the owner has written is pinned, and only by him")
    if is_pinned or await store.find_pinned(tx, owner_id) == post_id:
        await store.set_pinned(tx, owner_id, post_id if is_pinned else 0)


async def close_comments(
    tx: Transaction, user_id: int, owner_id: int, post_id: int, *, is_closed: bool
) -> None:
    """Close a post to comments, or open it; its author and the wall's owner may.  `PostNotFound`, `AccessDenied`."""
    post = await get_post(tx, user_id, owner_id, post_id)
    if post.from_id != user_id and not (await load_owner(tx, user_id, owner_id)).is_managed:
        raise AccessDenied("not your post")
    await store.set_uncommented(tx, owner_id, post_id, is_uncommented=is_closed)


async def list_reposts(
    tx: Transaction, viewer_id: int, owner_id: int, post_id: int, *, offset: int, count: int
) -> PostPage:
    """Return a page of the posts that repeat one, newest first; `PostNotFound`.

    `offset` passes over those that the viewer may see, so that a page is short only at the end, or where more than
    `MOST_REPOSTS` have been looked at; the page's count is how many are on it.
    """
    await get_post(tx, viewer_id, owner_id, post_id)
    seen: list[PostKey] = []
    last: Copy | None = None
    for _ in range(0, MOST_REPOSTS, REPOSTS_AT_ONCE):
        copies = await store.list_copies(tx, owner_id, post_id, last, REPOSTS_AT_ONCE)
        owners = await load_owners(tx, viewer_id, {copy.owner_id for copy in copies})
        seen += [(copy.owner_id, copy.id) for copy in copies if may_see_post(copy, owners)]
        if len(seen) >= offset + count or len(copies) < REPOSTS_AT_ONCE:
            break
        last = copies[-1]
    return await get_posts(tx, viewer_id, seen[offset : offset + count])


async def delete_post(tx: Transaction, user_id: int, owner_id: int, post_id: int, *, now: int) -> None:
    """Delete a post of one's own, or on one's own wall; `PostNotFound` (or not to be seen), `AccessDenied`."""
    found = await store.load_posts(tx, [(owner_id, post_id)], user_id)
    post = found.get((owner_id, post_id))
    if post is None:
        raise PostNotFound(f"{owner_id}_{post_id}")
    if user_id != post.from_id and not (await load_owner(tx, user_id, owner_id)).is_managed:
        await get_post(tx, user_id, owner_id, post_id)
        raise AccessDenied("neither your post nor your wall")
    await store.mark_post_deleted(tx, owner_id, post_id, now, user_id)
    await delete_post_words(tx, owner_id, post_id, fold_words(post.text))
    if post.copied is not None:
        await step_counter(tx, "reposts", post.copied_owner_id, "post", post.copied_id, -1)
