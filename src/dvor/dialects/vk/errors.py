"""VK's error codes and texts, and which of Dvor's refusals each of them is.

Texts: VK's published API schema, version 5.199 (errors.json).
"""

from collections.abc import Mapping

from dvor.model import errors

TEXTS = {
    1: "Unknown error occurred",
    3: "Unknown method passed",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    14: "Captcha needed",
    15: "Access denied",
    17: "Validation required",
    18: "User was deleted or banned",
    22: "Upload error",
    23: "This method was disabled",
    24: "Confirmation required",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    30: "This profile is private",
    33: "Not implemented yet",
    100: "One of the parameters specified was missing or invalid",
    103: "Out of limits",
    104: "Not found",
    105: "Couldn't save file",
    113: "Invalid user id",
    114: "Invalid album id",
    121: "Invalid hash",
    122: "Invalid photos",
    129: "Invalid photo",
    171: "Invalid list id",
    173: "Reached the maximum number of lists",
    174: "Cannot add user himself as friend",
    175: "Cannot add this user to friends as they have put you on their blacklist",
    176: "Cannot add this user to friends as you put him on blacklist",
    177: "Cannot add this user to friends as user not found",
    203: "Access to group denied",
    210: "Access to wall's post denied",
    211: "Access to wall's comment denied",
    213: "Access to status replies denied",
    214: "Access to adding post denied",
    242: "Too many friends",
    250: "Access to poll denied",
    251: "Invalid poll id",
    252: "Invalid answer id",
    253: "Access denied, please vote first",
    302: "Albums number limit is reached",
    701: "User should be in club",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    907: "Value of ts or pts is too old",
    909: "Can't edit this message, because it's too old",
    912: "This is a chat bot feature, change this status in settings",
    911: "Keyboard format is invalid",
    914: "Message is too long",
    917: "You don't have access to this chat",
    920: "Can't edit this kind of message",
    924: "Can't delete this message for everybody",
    935: "User not found in chat",
    936: "Contact not found",
    1009: "Unknown reaction passed",
    1150: "Invalid document id",
    1151: "Access to document deleting is denied",
    1152: "Invalid document title",
    1153: "Access to document is denied",
    1154: "Access to document restoring is denied",
    1170: "Too many feed lists",
}

UNKNOWN_METHOD = 3
RUNTIME_ERROR = 13
INTERNAL_ERROR = 10

CODES: Mapping[type[errors.Refusal], int] = {
    errors.InvalidParameter: 100,
    errors.NotImplementedYet: 33,
    errors.NotAuthenticated: 5,
    errors.ScopeMissing: 7,
    errors.ServiceTokenRefused: 28,
    errors.AccountClosed: 18,
    errors.TooManyCalls: 6,
    errors.WrongCredentials: 28,
    errors.WrongFactor: 28,
    errors.UserNotFound: 113,
    errors.UserUnavailable: 18,
    errors.GroupNotFound: 203,
    errors.GroupTokenRefused: 27,
    errors.TooManyGroups: 103,
    errors.ProfileClosed: 30,
    errors.AccessDenied: 15,
    errors.FriendNotFound: 15,
    errors.ListNotFound: 171,
    errors.TooManyLists: 173,
    errors.PostNotFound: 104,
    errors.PostForbidden: 214,
    errors.CommentNotFound: 104,
    errors.CommentForbidden: 213,
    errors.ItemNotFound: 100,
    errors.PollNotFound: 251,
    errors.PollForbidden: 250,
    errors.AnswerNotFound: 252,
    errors.VoteMissing: 253,
    errors.PeerNotFound: 936,
    errors.ChatForbidden: 917,
    errors.ChatFull: 103,
    errors.NotPermitted: 901,
    errors.MessageNotFound: 100,
    errors.MessageFixed: 920,
    errors.MessageForbidden: 902,
    errors.MessageBlocked: 900,
    errors.MessageTooLong: 914,
    errors.ReactionUnknown: 1009,
    errors.TooManyBookmarks: 103,
    errors.TooManyNewsLists: 1170,
    errors.InvalidPicture: 129,
    errors.AlbumNotFound: 114,
    errors.TooManyAlbums: 302,
    errors.InvalidSound: 105,
    errors.DocumentNotFound: 1150,
    errors.DocumentForbidden: 1153,
    errors.InvalidTitle: 1152,
    errors.InvalidUpload: 121,
    errors.QuotaExceeded: 105,
}
"""The code of each refusal wherever a method does not give another one."""

SILENT = (
    errors.UserNotFound,
    errors.ProfileClosed,
    errors.PeerNotFound,
    errors.MessageForbidden,
    errors.MessageBlocked,
)
"""Refusals whose detail says nothing that VK's text does not say; it is left out, so that the text is VK's own."""


def code_of(refusal: errors.Refusal, own: Mapping[type[errors.Refusal], int]) -> int:
    """Return the code of a refusal, a method's own table first."""
    for kind in type(refusal).__mro__:
        if kind in own:
            return own[kind]
        if kind in CODES:
            return CODES[kind]
    return 1


def text_of(code: int, refusal: errors.Refusal, *, is_versioned: bool) -> str:
    """Return VK's text of a code and what exactly is wrong, or OpenVK's text where it has one of its own."""
    if isinstance(refusal, errors.InvalidParameter) and not is_versioned and not refusal.reason:
        return f"Required parameter '{refusal.name}' missing."
    if isinstance(refusal, errors.InvalidParameter) and refusal.name == "message" and refusal.reason:
        return refusal.reason if not is_versioned else f"{TEXTS[code]}: {refusal.reason}"
    if isinstance(refusal, errors.FriendNotFound):
        return f"{TEXTS[code]}: No friend or friend request found."
    if isinstance(refusal, errors.ItemNotFound):
        return f"{TEXTS[code]}: object not found"
    base = TEXTS[code]
    if code == UNKNOWN_METHOD and not is_versioned:
        return f"{base}."  # OpenVK's full stop
    return base if not refusal.detail or isinstance(refusal, SILENT) else f"{base}: {refusal.detail}"
