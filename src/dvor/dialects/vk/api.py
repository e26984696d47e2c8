"""All methods of the VK dialect: a section that is not listed here does not exist."""

from importlib import import_module

from dvor.methods.declaration import collect

SECTIONS = (
    "account",
    "bot_messages",
    "bots",
    "chat_photos",
    "chats",
    "comments",
    "conversations",
    "database",
    "dialogs",
    "docs",
    "execute",
    "fave",
    "friend_lists",
    "friend_relations",
    "friends",
    "group_blacklist",
    "group_management",
    "groups",
    "likes",
    "message_search",
    "message_sending",
    "messages",
    "news_lists",
    "newsfeed",
    "newsfeed_public",
    "notifications",
    "ovk",
    "photo_albums",
    "photo_comments",
    "photo_editing",
    "photo_tags",
    "photos",
    "polls",
    "profile_info",
    "reactions",
    "search",
    "status",
    "users",
    "utils",
    "wall",
    "wall_writing",
)

METHODS = collect(*(import_module(f"dvor.dialects.vk.{name}") for name in SECTIONS))
"""The declared methods by name and alias in lower case."""
