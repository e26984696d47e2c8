"""All methods of the VK dialect: a section that is not listed here does not exist."""

from dvor.dialects.vk import (
    account,
    bot_messages,
    bots,
    chats,
    conversations,
    execute,
    friends,
    group_management,
    groups,
    likes,
    message_sending,
    messages,
    newsfeed,
    ovk,
    photos,
    reactions,
    users,
    utils,
    wall,
)
from dvor.methods.declaration import collect

METHODS = collect(
    account,
    group_management,
    bot_messages,
    bots,
    chats,
    conversations,
    execute,
    friends,
    groups,
    likes,
    message_sending,
    messages,
    newsfeed,
    ovk,
    photos,
    reactions,
    users,
    utils,
    wall,
)
"""The declared methods by name and alias in lower case."""
