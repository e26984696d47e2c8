"""Counting everything: statements that read whole tables, asked about once a minute."""

from sqlalchemy import Integer, bindparam, func, literal_column, select

from dvor.model.groups import GroupAccess
from dvor.model.statistics import ACTIVE_SECONDS, Statistics
from dvor.model.users import ONLINE_SECONDS
from dvor.store.columns import Id
from dvor.store.database import Transaction
from dvor.store.groups import group_counters, groups
from dvor.store.statements import Statement
from dvor.store.users import presences, users
from dvor.store.wall import posts

POPULAR = 10

_since = bindparam("since", type_=Id)
_open = (groups.c.deactivated.is_(None), groups.c.access != literal_column(str(int(GroupAccess.PRIVATE))))
COUNT_USERS = Statement(select(func.count()).select_from(users).where(users.c.deactivated.is_(None)))
COUNT_SEEN = Statement(select(func.count()).select_from(presences).where(presences.c.seen_at > _since))
COUNT_GROUPS = Statement(select(func.count()).select_from(groups).where(*_open))
COUNT_POSTS = Statement(select(func.count()).select_from(posts).where(posts.c.deleted_at.is_(None)))
ADMINISTRATORS = Statement(
    select(users.c.id).where(users.c.is_administrator, users.c.deactivated.is_(None)).order_by(users.c.id),
    int,
)
POPULAR_GROUPS = Statement(
    select(groups.c.id)
    .join(group_counters, group_counters.c.group_id == groups.c.id)
    .where(*_open)
    .order_by(group_counters.c.members.desc(), groups.c.id)
    .limit(bindparam("count", type_=Integer)),
    int,
)


async def count_everything(tx: Transaction, now: int) -> Statistics:
    """Return the figures of the whole community; private communities are not spoken of."""
    return Statistics(
        users=await tx.value(COUNT_USERS),
        online_users=await tx.value(COUNT_SEEN, since=now - ONLINE_SECONDS),
        active_users=await tx.value(COUNT_SEEN, since=now - ACTIVE_SECONDS),
        groups=await tx.value(COUNT_GROUPS),
        posts=await tx.value(COUNT_POSTS),
        administrators=await tx.rows(ADMINISTRATORS),
        popular_groups=await tx.rows(POPULAR_GROUPS, count=POPULAR),
        counted_at=now,
    )
