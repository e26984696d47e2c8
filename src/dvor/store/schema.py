"""The whole schema: importing this module registers every table with `metadata`."""

from typing import Any

from sqlalchemy import Table

from dvor.store import (
    accounts,
    albums,
    apps,
    authorizations,
    bookmarks,
    bots,
    calls,
    chats,
    comments,
    consents,
    conversations,
    credentials,
    documents,
    events,
    files,
    friend_lists,
    friends,
    group_members,
    groups,
    hooks,
    invites,
    jobs,
    keys,
    letters,
    likes,
    message_words,
    messages,
    name_words,
    news_lists,
    newsfeed,
    notifications,
    numbers,
    passkeys,
    photo_tags,
    photo_words,
    photos,
    polls,
    post_words,
    privacy,
    reactions,
    sessions,
    tokens,
    user_groups,
    users,
    views,
    waiting_posts,
    wall,
    webtv_profiles,
    webtv_sessions,
)
from dvor.store.columns import metadata

ROOM_MODULES = (
    numbers,
    users,
    accounts,
    letters,
    invites,
    passkeys,
    apps,
    consents,
    authorizations,
    tokens,
    sessions,
    keys,
    calls,
    friends,
    friend_lists,
    privacy,
    groups,
    group_members,
    name_words,
    files,
    albums,
    photos,
    photo_tags,
    photo_words,
    documents,
    polls,
    wall,
    waiting_posts,
    post_words,
    newsfeed,
    news_lists,
    bookmarks,
    likes,
    comments,
    conversations,
    chats,
    messages,
    message_words,
    reactions,
    bots,
    events,
    notifications,
    jobs,
    credentials,
    user_groups,
    webtv_profiles,
    webtv_sessions,
    hooks,
    views,
)


def belongs_to(table: Any, engine: str) -> bool:
    """Say whether a table or sequence exists on this engine."""
    if isinstance(table, Table):
        return str(table.info.get("engine", engine)) == engine
    return engine == "postgresql"


def tables(engine: str) -> list[Table]:
    """Return the tables of an engine, referred-to ones first."""
    return [table for table in metadata.sorted_tables if belongs_to(table, engine)]
