"""All actions of the server API: what is not listed here does not exist."""

from dvor.dialects.webtv import config, sessions, statistics, user_groups, user_writing, users
from dvor.dialects.webtv.declaration import collect_actions

ACTIONS = collect_actions(users, user_writing, sessions, user_groups, statistics, config)
"""The declared actions by name."""
