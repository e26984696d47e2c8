"""All actions of the server API: what is not listed here does not exist."""

from dvor.dialects.webtv import users
from dvor.dialects.webtv.declaration import collect_actions

ACTIONS = collect_actions(users)
"""The declared actions by name."""
