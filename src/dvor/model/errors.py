"""Expected refusals: what a caller did wrong or may not do.

A dialect maps each class to its own code; anything that is not a `Refusal` is a bug of ours.
"""


class Refusal(Exception):
    """The base of every expected error; `detail` says in English what exactly is refused."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidParameter(Refusal):
    """The parameter `name` is missing (no `reason`), of the wrong type or out of its bounds."""

    def __init__(self, name: str, reason: str = "") -> None:
        super().__init__(f"{name}: {reason}" if reason else f"{name} is undefined")
        self.name = name
        self.reason = reason


class NotImplementedYet(Refusal):
    """Something that the original can do and Dvor does not do yet."""


class NotAuthenticated(Refusal):
    """No token was given, or it is unknown, expired or revoked."""


class ScopeMissing(Refusal):
    """The token does not carry the permission that the call needs."""


class AccountClosed(Refusal):
    """The account behind the token or the log-in is deleted or banned."""


class TooManyCalls(Refusal):
    """A rate limit is used up."""


class WrongCredentials(Refusal):
    """Login and password do not fit together; says not which of the two is wrong."""


class FactorRequired(Refusal):
    """The password is right, and a one-time code is needed as well."""

    def __init__(self, user_id: int) -> None:
        super().__init__("a one-time code is needed")
        self.user_id = user_id


class WrongFactor(Refusal):
    """The one-time code is wrong or used up."""


class LoginTaken(Refusal):
    """Another account has this login or screen name."""


class SignUpClosed(Refusal):
    """Nobody can sign up by himself here."""


class InviteInvalid(Refusal):
    """The invite is unknown, used up or expired."""


class LinkInvalid(Refusal):
    """The link of a letter is unknown, used or expired."""


class PasskeyRefused(Refusal):
    """The passkey is unknown, or the browser's answer is not one to our challenge."""


class MailFailed(Exception):
    """The mail server did not take a letter; it is tried again later.  Not a refusal."""


class UserNotFound(Refusal):
    """No user has this id or screen name."""


class UserUnavailable(Refusal):
    """The user is deleted or banned."""


class GroupNotFound(Refusal):
    """No community has this id."""


class TooManyGroups(Refusal):
    """The person is in as many communities as are allowed."""


class GroupTokenRefused(Refusal):
    """The method is not for the token of a community."""


class ProfileClosed(Refusal):
    """The profile is closed to the viewer."""


class AccessDenied(Refusal):
    """The rules of privacy or ownership forbid it."""


class GroupClosed(AccessDenied):
    """The community is closed to the viewer."""


class CannotFriendYourself(Refusal):
    """A friend request to oneself."""


class BlockedByThem(Refusal):
    """The other user has put the caller on the blacklist."""


class BlockedByYou(Refusal):
    """The caller has put the other user on the blacklist."""


class TooManyFriends(Refusal):
    """The list of friends is full."""


class ListNotFound(Refusal):
    """The caller has no list of friends with this number."""


class TooManyLists(Refusal):
    """The caller has as many lists of friends as he may."""


class FriendNotFound(Refusal):
    """There is neither a friendship nor a request to take back."""


class PostNotFound(Refusal):
    """No post has this owner and id, or it is deleted."""


class CommentNotFound(Refusal):
    """No comment has this owner and id, or it is deleted, or what it belongs to is not to be seen."""


class CommentForbidden(Refusal):
    """The caller may not comment on this."""


class PostForbidden(Refusal):
    """The caller may not write on this wall."""


class PollNotFound(Refusal):
    """No poll has this owner and number."""


class PollForbidden(Refusal):
    """The caller may not see the poll, vote in it or change it."""


class AnswerNotFound(Refusal):
    """The poll has no such answer, or does not take so many."""


class VoteMissing(Refusal):
    """Only who has voted may see who else has."""


class ItemNotFound(Refusal):
    """The object of a like or an attachment does not exist or is not visible."""


class PeerNotFound(Refusal):
    """No conversation partner answers to this peer."""


class ChatForbidden(Refusal):
    """The caller is not in this chat."""


class ChatFull(Refusal):
    """No more people fit into the chat."""


class NotPermitted(Refusal):
    """A community may write only to who has written to it or allowed it."""


class MessageNotFound(Refusal):
    """No message of this conversation has this number, or it is not to be seen."""


class MessageFixed(Refusal):
    """The message cannot be changed or deleted for everybody: too old, another's, or not made by a person."""


class MessageForbidden(Refusal):
    """The receiver's privacy settings refuse the message."""


class MessageBlocked(Refusal):
    """The receiver has put the sender on the blacklist."""


class MessageTooLong(Refusal):
    """The text of a message is longer than is allowed."""


class InvalidPicture(Refusal):
    """The uploaded bytes are no picture, or one that is refused."""


class PhotoNotFound(AccessDenied):
    """No photo has this owner and number, or it is deleted, or not to be seen."""


class AlbumNotFound(Refusal):
    """No album has this owner and number, or it is not to be seen."""


class TooManyAlbums(Refusal):
    """The owner has as many albums as one may have."""


class InvalidSound(Refusal):
    """The uploaded bytes are no voice message that can be played."""


class DocumentNotFound(Refusal):
    """No document has this owner and number, or it is deleted, or not to be seen."""


class InvalidTitle(InvalidParameter):
    """The title of a document is empty or too long."""


class DocumentForbidden(Refusal):
    """The caller may not change this document."""


class InvalidUpload(Refusal):
    """The upload address or its receipt is forged, expired or used for something else."""


class QuotaExceeded(Refusal):
    """The user's space for files is used up."""


class CursorTooOld(Refusal):
    """The events after this number are no longer kept, or the number lies in the future."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"the newest event is {newest}")
        self.newest = newest


class AppNotFound(Refusal):
    """No app has this id, or it is not confirmed yet."""


class WrongAppSecret(Refusal):
    """The secret key is not this app's."""


class TooManyApps(Refusal):
    """The owner has as many apps as one may have."""


class RequestExpired(Refusal):
    """The authorization request does not exist, is answered already, or was waited for too long."""


class CodeInvalid(Refusal):
    """The authorization code or refresh token is unknown, expired, used before, or another app's."""


class RedirectMismatch(Refusal):
    """The redirect address is not the one that the code was asked for with."""


class VerifierMismatch(Refusal):
    """The code verifier does not belong to the code challenge, or one of them is missing."""


class NumberInvalid(Refusal):
    """The telephone number is none that can be called."""


class DigitsWrong(Refusal):
    """The digits are not those of the number that called, or they are too old."""


class MethodDisabled(Refusal):
    """The original has this method no longer in the version that is asked for."""


class TooManyNewsLists(Refusal):
    """A person has as many lists of news as he may."""


class TooManyBookmarks(Refusal):
    """A person keeps as many bookmarks of this kind as he may."""


class ReactionUnknown(Refusal):
    """No reaction has this number."""


class CallFailed(Refusal):
    """The telephone call could not be made."""


class ServiceTokenRefused(Refusal):
    """The call needs a person's token, and an app's service token was given."""


class CredentialNotFound(Refusal):
    """No credential has this Key ID."""


class SignatureWrong(Refusal):
    """The signature does not belong to the salt, the timestamp and the credential's secret."""


class SignatureExpired(Refusal):
    """The request was signed too long ago."""


class SignatureEarly(Refusal):
    """The request was signed in the future, further ahead than clocks may differ."""


class SaltUsed(Refusal):
    """The salt of the request was used before, and the credential takes each once."""


class RefererRefused(Refusal):
    """The credential takes no requests from this page's domain, or none without one."""


class PermissionMissing(Refusal):
    """The credential does not allow this."""


class OutcomeUnknown(Exception):
    """The database went away during a commit: the write may or may not have happened.  Not a refusal."""
