"""The error texts of the server API, and their one form: HTTP 200 and `{"error":CODE,"error_long":TEXT}`.

Source: WS.WebTV's developers' pages.  Where their text is not known it is ours, in the same style, and marked so.
"""

from msgspec import Struct

from dvor.model.errors import (
    CredentialNotFound,
    InvalidParameter,
    PermissionMissing,
    RefererRefused,
    Refusal,
    SaltUsed,
    SignatureEarly,
    SignatureExpired,
    SignatureWrong,
    UserNotFound,
)

REQUEST_ERROR = "REQUEST_ERROR"


class ErrorText(Struct, frozen=True):
    """An error as it is answered; `is_ours` where the original's text is not known."""

    error: str
    error_long: str
    is_ours: bool = True


ERRORS = {
    "missing_signature": ErrorText(REQUEST_ERROR, "Missing signature", is_ours=False),
    "missing_key": ErrorText(REQUEST_ERROR, "Missing key"),
    "missing_timestamp": ErrorText(REQUEST_ERROR, "Missing timestamp"),
    "missing_salt": ErrorText(REQUEST_ERROR, "Missing salt"),
    "invalid_key": ErrorText(REQUEST_ERROR, "Invalid key"),
    "invalid_timestamp": ErrorText(REQUEST_ERROR, "Invalid timestamp"),
    "invalid_signature": ErrorText(REQUEST_ERROR, "Invalid signature"),
    "expired": ErrorText(REQUEST_ERROR, "Request expired"),
    "early": ErrorText(REQUEST_ERROR, "Request signed in the future"),
    "salt_used": ErrorText(REQUEST_ERROR, "Salt already used"),
    "invalid_referer": ErrorText(REQUEST_ERROR, "Invalid referer"),
    "permission_denied": ErrorText(REQUEST_ERROR, "Permission denied"),
    "invalid_section": ErrorText(REQUEST_ERROR, "Invalid section"),
    "invalid_action": ErrorText(REQUEST_ERROR, "Invalid action"),
    "not_available": ErrorText(REQUEST_ERROR, "Section not available here"),
    "invalid_request": ErrorText(REQUEST_ERROR, "Invalid request"),
    "internal": ErrorText("ERROR", "Internal error"),
    "invalid_user_id": ErrorText(REQUEST_ERROR, "Invalid User ID", is_ours=False),
    "user_not_found": ErrorText(REQUEST_ERROR, "User not found", is_ours=False),
    "blank_email": ErrorText(REQUEST_ERROR, "E-Mail cannot be blank", is_ours=False),
    "email_not_found": ErrorText(
        "USER_NOT_FOUND", "It was not possible to find an User with the supplied E-Mail.", is_ours=False
    ),
    "blank_login": ErrorText(REQUEST_ERROR, "Login cannot be blank"),
    "login_not_found": ErrorText(
        "USER_NOT_FOUND", "It was not possible to find an User with the supplied Login."
    ),
}
"""Every error of the server API by our name for it; `Invalid …` and `Missing …` of a variable are beside it."""

OF_REFUSALS: dict[type[Refusal], str] = {
    CredentialNotFound: "invalid_key",
    SignatureWrong: "invalid_signature",
    SignatureExpired: "expired",
    SignatureEarly: "early",
    SaltUsed: "salt_used",
    RefererRefused: "invalid_referer",
    PermissionMissing: "permission_denied",
    UserNotFound: "user_not_found",
}


class ServerApiRefusal(Refusal):
    """A refusal in the words of the table; `name` is the row."""

    def __init__(self, name: str) -> None:
        super().__init__(ERRORS[name].error_long)
        self.name = name


def describe_error(refusal: Refusal) -> ErrorText:
    """Return what a refusal is answered with."""
    if isinstance(refusal, ServerApiRefusal):
        return ERRORS[refusal.name]
    for kind in type(refusal).__mro__:
        if kind in OF_REFUSALS:
            return ERRORS[OF_REFUSALS[kind]]
    if isinstance(refusal, InvalidParameter):
        return ErrorText(REQUEST_ERROR, f"{'Invalid' if refusal.reason else 'Missing'} {refusal.name}")
    return ERRORS["invalid_request"]
