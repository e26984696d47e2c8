"""What can go wrong at a log-in or a call: one class for each thing a site can do something about."""

import re

_SECRET_LIKE = re.compile(r"[A-Za-z0-9_\-.+/=~]{20,}")


def clean(text: object) -> str:
    """Return a network's own words fit for logs and pages: short, printable, and with whatever looks like a token masked."""
    printable = "".join(one if one.isprintable() else " " for one in str(text)[:300])
    return _SECRET_LIKE.sub("…", printable).strip()


class ConnectError(Exception):
    """Everything below; `network` is the network's key, `detail` its own words, cleaned.  No secret is in the text."""

    meaning = "the log-in went wrong"

    def __init__(self, network: str = "", detail: object = "") -> None:
        self.network = network
        self.detail = clean(detail)
        super().__init__(": ".join(part for part in (network, self.meaning, self.detail) if part))


class Denied(ConnectError):
    """The person did not allow it."""

    meaning = "the person denied the request"


class StateMismatch(ConnectError):
    """The answer does not belong to a log-in that this browser began: tampered with, replayed, or somebody else's."""

    meaning = "this answer belongs to no log-in of this browser"


class LoginExpired(ConnectError):
    """The log-in was begun too long ago."""

    meaning = "the log-in took too long, begin again"


class CodeInvalid(ConnectError):
    """The code or key in the answer is expired, used or not ours."""

    meaning = "the code is expired or used"


class TokenExpired(ConnectError):
    """The token is expired or revoked: refresh it, or let the person log in again."""

    meaning = "the token is expired or revoked"


class WrongSecret(ConnectError):
    """The network does not know the app's id, or its secret is wrong: a mistake in the site's settings."""

    meaning = "the app's id or secret is wrong"


class WrongPassword(ConnectError):
    """The person's login or password is wrong."""

    meaning = "the login or password is wrong"


class SecondFactorNeeded(ConnectError):
    """The network wants a one-time code.  `kind` is 2fa_app or 2fa_sms, `phone_mask` where an SMS went, `page` its own page for it."""

    meaning = "a one-time code is needed"

    def __init__(
        self, network: str, detail: object = "", *, kind: str = "", phone_mask: str = "", page: str = ""
    ) -> None:
        super().__init__(network, detail)
        self.kind, self.phone_mask, self.page = kind, phone_mask, page


class CaptchaNeeded(ConnectError):
    """The network wants a captcha solved: the picture's address, and the number to answer with; or a page to open."""

    meaning = "a captcha has to be solved"

    def __init__(
        self, network: str, detail: object = "", *, sid: str = "", picture: str = "", page: str = ""
    ) -> None:
        super().__init__(network, detail)
        self.sid, self.picture, self.page = sid, picture, page


class ValidationNeeded(ConnectError):
    """The person has to confirm something on a page of the network."""

    meaning = "the person has to confirm something at the network"

    def __init__(self, network: str, detail: object = "", *, page: str = "") -> None:
        super().__init__(network, detail)
        self.page = page


class RateLimited(ConnectError):
    """Too many calls; `retry_after` is in seconds, None if the network does not say."""

    meaning = "too many calls"

    def __init__(self, network: str, detail: object = "", *, retry_after: float | None = None) -> None:
        super().__init__(network, detail)
        self.retry_after = retry_after


class NetworkDown(ConnectError):
    """The network did not answer, or said that it cannot now."""

    meaning = "the network does not answer"


class AccountUnavailable(ConnectError):
    """The person's page is deleted, banned or gone."""

    meaning = "the account is deleted or banned"


class IdentityInvalid(ConnectError):
    """The identity token is not signed, meant or timed as it must be."""

    meaning = "the identity token is not valid"


class NetworkRefused(ConnectError):
    """Any other error of the network, with its own code."""

    meaning = "the network refused"

    def __init__(self, network: str, detail: object = "", *, code: str = "") -> None:
        self.code = clean(code)
        super().__init__(network, f"{self.code} {detail}".strip())


class UnexpectedAnswer(ConnectError):
    """The answer is not what this network is known to answer: usually a wrong address in the settings."""

    meaning = "the network answered something else"


class NotOffered(ConnectError):
    """The network has no such thing: no browser log-in, no password log-in, no refresh."""

    meaning = "the network does not offer this"
