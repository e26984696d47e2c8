"""All methods of the VK dialect: a section that is not listed here does not exist."""

from dvor.dialects.vk import (
    account,
    friends,
    groups,
    likes,
    messages,
    newsfeed,
    ovk,
    photos,
    users,
    utils,
    wall,
)
from dvor.methods.declaration import collect

METHODS = collect(account, friends, groups, likes, messages, newsfeed, ovk, photos, users, utils, wall)
"""The declared methods by name and alias in lower case."""
