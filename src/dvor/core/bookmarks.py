"""Bookmarks: keeping posts, people, communities and addresses for oneself."""

import hashlib
from urllib.parse import urlsplit

from msgspec import Struct

from dvor.core.privacy import Owners, load_owner, load_owners
from dvor.core.wall import PostPage, get_post, get_posts
from dvor.model.bookmarks import MAX_ADDRESS, MAX_BOOKMARKS, Bookmark, BookmarkKind
from dvor.model.errors import InvalidParameter, TooManyBookmarks
from dvor.store import bookmarks as store
from dvor.store.database import Transaction
from dvor.store.users import lock_owners


class PostBookmarks(Struct, frozen=True):
    """Posts that a person keeps, and what they are drawn with; `count` is how many there are in all."""

    count: int
    bookmarks: list[Bookmark]
    page: PostPage


class PageBookmarks(Struct, frozen=True):
    """People and communities that a person keeps; `count` is how many there are in all."""

    count: int
    bookmarks: list[Bookmark]
    owners: Owners


async def keep_post(tx: Transaction, user_id: int, owner_id: int, post_id: int, *, now: int) -> None:
    """Keep a post that one sees; `PostNotFound`, `TooManyBookmarks`."""
    await get_post(tx, user_id, owner_id, post_id)
    await _keep(tx, Bookmark(user_id, "post", owner_id, post_id, "", False, now))


async def keep_page(tx: Transaction, user_id: int, owner_id: int, *, now: int) -> None:
    """Keep a person, or (below zero) a community; errors of `load_owner`, `TooManyBookmarks`."""
    await load_owner(tx, user_id, owner_id)
    await _keep(tx, Bookmark(user_id, "page", owner_id, 0, "", False, now))


async def keep_link(tx: Transaction, user_id: int, url: str, *, now: int) -> None:
    """Keep an address; `InvalidParameter`, `TooManyBookmarks`."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or len(url) > MAX_ADDRESS or not url.isprintable() or " " in url:
        raise InvalidParameter("link", "is no address that begins with http:// or https://")
    await _keep(tx, Bookmark(user_id, "link", 0, 0, url, False, now))


async def _keep(tx: Transaction, bookmark: Bookmark) -> None:
    # two calls at once must not exceed the limit together
    await lock_owners(tx, [bookmark.user_id])
    if await store.count_bookmarks(tx, bookmark.user_id, bookmark.kind) >= MAX_BOOKMARKS:
        raise TooManyBookmarks(f"{MAX_BOOKMARKS} are the most")
    await store.insert_bookmark(tx, bookmark)


async def drop_bookmark(
    tx: Transaction, user_id: int, kind: BookmarkKind, owner_id: int = 0, item_id: int = 0, url: str = ""
) -> None:
    """Keep something no longer, whether it was kept or not."""
    await store.delete_bookmark(tx, user_id, kind, owner_id, item_id, url)


async def list_posts(tx: Transaction, user_id: int, *, offset: int, count: int) -> PostBookmarks:
    """Return a page of the posts that a person keeps and still sees, the last one first."""
    kept = await store.list_bookmarks(tx, user_id, "post", MAX_BOOKMARKS)
    page = await get_posts(tx, user_id, [(one.owner_id, one.item_id) for one in kept])
    seen = {(post.owner_id, post.id) for post in page.posts}
    shown = [one for one in kept if (one.owner_id, one.item_id) in seen]
    return PostBookmarks(len(shown), shown[offset : offset + count], page)


async def list_pages(
    tx: Transaction, user_id: int, *, of_people: bool, of_groups: bool, offset: int, count: int
) -> PageBookmarks:
    """Return a page of the people and communities that a person keeps and may know of, the last one first."""
    kept = await store.list_bookmarks(tx, user_id, "page", MAX_BOOKMARKS)
    wanted = [one for one in kept if (of_people if one.owner_id > 0 else of_groups)]
    owners = await load_owners(tx, user_id, {one.owner_id for one in wanted})
    shown = [one for one in wanted if one.owner_id in owners]
    return PageBookmarks(len(shown), shown[offset : offset + count], owners)


async def list_links(tx: Transaction, user_id: int, *, offset: int, count: int) -> tuple[int, list[Bookmark]]:
    """Return how many addresses a person keeps, and a page of them, the last one first."""
    kept = await store.list_bookmarks(tx, user_id, "link", MAX_BOOKMARKS)
    return len(kept), kept[offset : offset + count]


def link_id(url: str) -> str:
    """Return the name by which an address is known among bookmarks."""
    return hashlib.sha256(url.encode()).hexdigest()[:24]


async def find_link(tx: Transaction, user_id: int, name: str) -> str:
    """Return the address of this name, empty if the person keeps none."""
    kept = await store.list_bookmarks(tx, user_id, "link", MAX_BOOKMARKS)
    return next((one.url for one in kept if link_id(one.url) == name), "")


async def mark_seen(tx: Transaction, user_id: int) -> None:
    """Note that a person has looked at all that he keeps."""
    await store.mark_seen(tx, user_id)


async def find_kept_pages(tx: Transaction, user_id: int, owner_ids: list[int]) -> set[int]:
    """Return which of these people and communities a person keeps."""
    return await store.find_kept_pages(tx, user_id, owner_ids)
