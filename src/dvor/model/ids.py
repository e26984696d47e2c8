"""Identifiers with their bounds in their type: a huge number crashes a database driver, so it stops at the door."""

from typing import Annotated

from msgspec import Meta

MAX_USER_ID = 1_999_999_999
CHAT_PEERS = 2_000_000_000
"""A peer is a viewer's name for a conversation: an owner, or (above this, as on VK) a chat of this number."""

MAX_NUMBER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly."""

UserId = Annotated[int, Meta(ge=1, le=MAX_USER_ID)]
OwnerId = Annotated[int, Meta(ge=-MAX_USER_ID, le=MAX_USER_ID)]
"""A user (above zero) or a community (below zero)."""
PeerId = Annotated[int, Meta(ge=-MAX_USER_ID, le=2 * CHAT_PEERS - 1)]
"""A user, a community (below zero) or a chat (above 2,000,000,000)."""
ItemId = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
"""A post, photo, comment or message number."""
Seconds = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
"""Unix time, whole seconds, UTC."""
