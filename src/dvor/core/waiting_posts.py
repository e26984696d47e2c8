"""Posts that wait: put off by their authors until a time, or suggested to communities."""

from typing import Unpack

from msgspec.structs import replace

from dvor.core.courtyard import Courtyard
from dvor.core.notifications import notify
from dvor.core.privacy import Community, Owner, load_owner
from dvor.core.wall import AboutPost, PostPage, choose, gather_page, prepare_post, publish_post, write_post
from dvor.model.attachments import Attachment
from dvor.model.errors import AccessDenied, InvalidParameter, PostForbidden, PostNotFound, Refusal
from dvor.model.groups import WallMode
from dvor.model.jobs import Job
from dvor.model.notifications import Notification
from dvor.model.wall import MAX_WAITING, NO_CHANGE, PostChange, WaitingKind, WaitingPost
from dvor.store import waiting_posts as store
from dvor.store.database import Transaction
from dvor.store.jobs import insert_job
from dvor.store.users import lock_owners
from dvor.store.wall import find_guid, next_wall_number

PUBLISH = "publish_post"
FURTHEST_SECONDS = 366 * 24 * 3600


async def submit_post(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    publish_at: int = 0,
    guid: str = "",
    from_group: bool = False,
    **about: Unpack[AboutPost],
) -> int:
    """Write a post, put it off until the Unix time `publish_at`, or suggest it where one may not write oneself.

    Return its number, which it keeps.  `InvalidParameter` (no time to come), `PostForbidden` (too many wait), errors of
    `write_post`.
    """
    now = about["now"]
    # only communities take suggestions; who else hosts the post is looked at once, by `prepare_post`
    asks = owner_id < 0 and not from_group
    is_suggested = asks and takes_suggestions(await load_owner(tx, user_id, owner_id))
    if not publish_at and not is_suggested:
        return await write_post(
            tx, user_id, owner_id, text, attachments, guid=guid, from_group=from_group, **about
        )
    if publish_at and not now < publish_at <= now + FURTHEST_SECONDS:
        raise InvalidParameter("publish_date", "a time within the next year")
    if guid and (known := await find_guid(tx, owner_id, owner_id if from_group else user_id, guid)):
        return known
    post = await prepare_post(
        tx,
        user_id,
        owner_id,
        text,
        attachments,
        guid=guid,
        from_group=from_group,
        is_suggested=is_suggested,
        **about,
    )
    kind: WaitingKind = "suggested" if is_suggested else "postponed"
    await lock_owners(tx, [owner_id])
    total, others = await store.list_waiting_posts(tx, owner_id, kind, 0, 0, MAX_WAITING)
    for one in others:
        if guid and (one.user_id, one.post.guid) == (user_id, guid):
            return one.id
    if total >= MAX_WAITING:
        raise PostForbidden(f"{MAX_WAITING} posts wait already")
    number = await next_wall_number(tx, owner_id)
    waiting = WaitingPost(owner_id, number, kind, user_id, 0 if is_suggested else publish_at, now, post)
    await store.insert_waiting_post(tx, waiting)
    await _plan(tx, waiting)
    return number


def takes_suggestions(owner: Owner) -> bool:
    """Say whether the viewer may suggest posts: where he may not write, and others' words are wanted."""
    return (
        isinstance(owner, Community)
        and owner.group.wall_mode is WallMode.LIMITED
        and not owner.takes_posts
        and owner.takes_comments
    )


async def _plan(tx: Transaction, waiting: WaitingPost) -> None:
    if waiting.publish_at:
        key = {"owner_id": waiting.owner_id, "post_id": waiting.id}
        await insert_job(tx, PUBLISH, key, waiting.publish_at)


async def publish_due(courtyard: Courtyard, job: Job) -> None:
    """Put a post on its wall whose time has come; one that was changed or deleted meanwhile is left alone."""
    owner_id, post_id, now = job.body["owner_id"], job.body["post_id"], courtyard.now

    async def write(tx: Transaction) -> None:
        waiting = await store.load_waiting_post(tx, owner_id, post_id)
        if waiting is None or not 0 < waiting.publish_at <= now:
            return
        await store.delete_waiting_post(tx, owner_id, post_id)
        try:
            owner = await load_owner(tx, waiting.user_id, owner_id)
        except Refusal:
            return  # the wall is gone, or its author may no longer know of it
        if owner.is_managed or owner.takes_posts:
            post = replace(waiting.post, created_at=waiting.publish_at, guid="")
            await publish_post(tx, post_id, post, waiting.user_id)

    await courtyard.database.write(write)


async def _find(tx: Transaction, user_id: int, owner_id: int, post_id: int) -> tuple[WaitingPost, bool]:
    """Return a waiting post that the user may deal with, and whether he edits the wall; `PostNotFound`."""
    waiting = await store.load_waiting_post(tx, owner_id, post_id)
    if waiting is None:
        raise PostNotFound(f"{owner_id}_{post_id}")
    is_editor = (await load_owner(tx, user_id, owner_id)).is_edited
    if not is_editor and waiting.user_id != user_id:
        raise PostNotFound(f"{owner_id}_{post_id}")
    return waiting, is_editor


async def is_waiting(tx: Transaction, owner_id: int, post_id: int) -> bool:
    """Say whether a post waits under this number."""
    return await store.load_waiting_post(tx, owner_id, post_id) is not None


async def publish_now(
    tx: Transaction, user_id: int, owner_id: int, post_id: int, text: str, *, is_signed: bool, now: int
) -> int:
    """Put a waiting post on its wall at once: one's own, or as an editor what was suggested; return its number.

    What was suggested is published in the community's name, with that of its author if signed; `text` (if any)
    replaces the words.  `PostNotFound`, `AccessDenied`.
    """
    waiting, is_editor = await _find(tx, user_id, owner_id, post_id)
    if waiting.kind == "suggested" and not is_editor:
        raise AccessDenied("the community decides")
    post = replace(waiting.post, created_at=now, text=text or waiting.post.text, guid="")
    if waiting.kind == "suggested":
        post = replace(post, from_id=owner_id, signer_id=waiting.user_id if is_signed else 0)
    await store.delete_waiting_post(tx, owner_id, post_id)
    await publish_post(tx, post_id, post, user_id)
    if waiting.kind == "suggested":
        told = Notification(
            user_id=waiting.user_id,
            kind="wall_publish",
            from_id=owner_id,
            made_owner_id=owner_id,
            made_id=post_id,
            created_at=now,
        )
        await notify(tx, told)
    return post_id


async def edit_waiting(
    tx: Transaction,
    user_id: int,
    owner_id: int,
    post_id: int,
    text: str,
    attachments: list[Attachment] | None,
    *,
    publish_at: int,
    now: int,
    change: PostChange = NO_CHANGE,
) -> None:
    """Change a waiting post and, if `publish_at` is no 0, its time; `PostNotFound`, errors of `submit_post`."""
    waiting, _ = await _find(tx, user_id, owner_id, post_id)
    if publish_at and (waiting.kind == "suggested" or not now < publish_at <= now + FURTHEST_SECONDS):
        raise InvalidParameter("publish_date", "a time within the next year, for what is put off")
    before = waiting.post
    fresh = await prepare_post(
        tx,
        waiting.user_id,
        owner_id,
        text,
        before.attachments if attachments is None else attachments,
        platform=before.platform,
        is_friends_only=choose(change.is_friends_only, before.is_friends_only),
        now=now,
        from_group=before.from_id == owner_id < 0,
        is_suggested=waiting.kind == "suggested",
        is_signed=choose(change.is_signed, bool(before.signer_id)),
        is_uncommented=choose(change.is_uncommented, before.is_uncommented),
        guid=before.guid,
    )
    await store.change_waiting_post(tx, waiting, fresh, publish_at or waiting.publish_at)
    if publish_at:
        await _plan(tx, replace(waiting, publish_at=publish_at))


async def cancel_waiting(tx: Transaction, user_id: int, owner_id: int, post_id: int) -> None:
    """Forget a waiting post, one's own or as an editor; `PostNotFound`."""
    await _find(tx, user_id, owner_id, post_id)
    await store.delete_waiting_post(tx, owner_id, post_id)


async def list_waiting(
    tx: Transaction, user_id: int, owner_id: int, kind: WaitingKind, *, offset: int, count: int
) -> PostPage:
    """Return a page of what waits on a wall: its editors see all, others what they have suggested themselves.

    `AccessDenied` for what others have put off, and for who is nobody and has suggested nothing.
    """
    owner = await load_owner(tx, user_id, owner_id)
    if not owner.is_edited and (kind == "postponed" or not user_id):
        raise AccessDenied("only the wall's owner and editors see what waits")
    by_user = 0 if owner.is_edited else user_id
    total, waiting = await store.list_waiting_posts(tx, owner_id, kind, by_user, offset, count)
    return await gather_page(tx, user_id, total, [one.shown for one in waiting], {owner_id: owner})
