"""The error texts of the server API, and their one form: HTTP 200 and `{"error":CODE,"error_long":TEXT}`.

Source: WS.WebTV's developers' pages.  Where their text is not known it is ours, in the same style, and marked so.
"""

from msgspec import Struct

from dvor.model.errors import (
    AccountClosed,
    CredentialNotFound,
    FactorRequired,
    GroupNotFound,
    InvalidParameter,
    LoginTaken,
    PermissionMissing,
    RefererRefused,
    Refusal,
    SaltUsed,
    SignatureEarly,
    SignatureExpired,
    SignatureWrong,
    TooManyCalls,
    UserNotFound,
    WrongCredentials,
    WrongFactor,
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
    "content_not_available": ErrorText(REQUEST_ERROR, "Content type not available here"),
    "no_favorites": ErrorText(REQUEST_ERROR, "Favorites not available here"),
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
    "login_taken": ErrorText(REQUEST_ERROR, "Login already in use"),
    "email_taken": ErrorText(REQUEST_ERROR, "E-Mail already in use"),
    "identity_taken": ErrorText(REQUEST_ERROR, "External User already exists"),
    "not_deactivated": ErrorText(
        "DEACTIVATION_ERROR",
        "The User could not be deactivated: User already inactive or not found.",
        is_ours=False,
    ),
    "not_activated": ErrorText(
        "ACTIVATION_ERROR", "The User could not be activated: User already active or not found."
    ),
    "wrong_activation_key": ErrorText(
        "ACTIVATION_ERROR", "The User could not be activated: Invalid activation key."
    ),
    "not_deleted": ErrorText("DELETION_ERROR", "The User could not be deleted: User not found."),
    "wrong_login": ErrorText("LOGIN_ERROR", "Invalid login or password"),
    "unknown_identity": ErrorText("LOGIN_ERROR", "External User not found"),
    "inactive_user": ErrorText("LOGIN_ERROR", "User is not active"),
    "code_needed": ErrorText("LOGIN_ERROR", "One-time code required"),
    "wrong_code": ErrorText("LOGIN_ERROR", "Invalid one-time code"),
    "too_many_attempts": ErrorText("LOGIN_ERROR", "Too many attempts"),
    "logged_in_already": ErrorText("LOGIN_ERROR", "User is already logged in"),
    "not_logged_in": ErrorText("LOGOUT_ERROR", "User is not logged in"),
    "blank_session": ErrorText(REQUEST_ERROR, "Session ID cannot be blank", is_ours=False),
    "session_other": ErrorText(
        "REVALIDATION_ERROR",
        "Session Revalidation Error (Different Session ID): You must log out the User",
        is_ours=False,
    ),
    "session_none": ErrorText(
        "REVALIDATION_ERROR", "Session Revalidation Error (User not logged in): You must log out the User"
    ),
    "session_over": ErrorText(
        "REVALIDATION_ERROR", "Session Revalidation Error (Session expired): You must log out the User"
    ),
    "session_closed": ErrorText(
        "REVALIDATION_ERROR", "Session Revalidation Error (User not active): You must log out the User"
    ),
    "invalid_group_title": ErrorText(REQUEST_ERROR, "Invalid User Group title", is_ours=False),
    "group_not_created": ErrorText("ERROR", "Error creating User Group", is_ours=False),
    "group_title_taken": ErrorText(REQUEST_ERROR, "User Group title already in use"),
    "invalid_group_id": ErrorText(REQUEST_ERROR, "Invalid User Group ID"),
    "group_not_found": ErrorText(REQUEST_ERROR, "User Group not found"),
    "not_in_group": ErrorText(REQUEST_ERROR, "User is not in the User Group"),
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
    GroupNotFound: "group_not_found",
    WrongCredentials: "wrong_login",
    AccountClosed: "inactive_user",
    FactorRequired: "code_needed",
    WrongFactor: "wrong_code",
    TooManyCalls: "too_many_attempts",
}
NAMES = {
    "first_name": "name",
    "last_name": "surname",
    "nickname": "alias",
    "birth_date": "birthdate",
    "sex": "gender",
    "about": "profile_page_about",
    "site": "web",
    "mobile_phone": "telephone",
}
"""What the server API calls the fields of a person."""


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
    if isinstance(refusal, LoginTaken):
        return ERRORS[f"{refusal.detail}_taken"]
    if isinstance(refusal, InvalidParameter):
        name = NAMES.get(refusal.name, refusal.name)
        return ErrorText(REQUEST_ERROR, f"{'Invalid' if refusal.reason else 'Missing'} {name}")
    return ERRORS["invalid_request"]
