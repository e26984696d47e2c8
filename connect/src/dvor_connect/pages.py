"""The few pages of a log-in that a site does not have to write: the form for a password, and what went wrong."""

import re
from html import escape

from dvor_connect import errors
from dvor_connect.networks import Network

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><title>{title}</title></head>
<body style="max-width:26em;margin:3em auto;padding:0 1em;font:1rem/1.5 system-ui,sans-serif">
<h1>{title}</h1>{body}</body></html>"""
ADVICE: dict[type[errors.ConnectError], tuple[int, str]] = {
    errors.Denied: (403, "You have not allowed it, so nobody is logged in."),
    errors.StateMismatch: (
        400,
        "This answer belongs to no log-in that this browser began. Please begin again.",
    ),
    errors.LoginExpired: (400, "The log-in took too long. Please begin again."),
    errors.CodeInvalid: (400, "This log-in was used already or took too long. Please begin again."),
    errors.TokenExpired: (401, "Please log in again."),
    errors.WrongPassword: (403, "The login or the password is wrong."),
    errors.SecondFactorNeeded: (401, "A one-time code is needed."),
    errors.CaptchaNeeded: (403, "{title} wants a captcha solved. Please log in there first, then try again."),
    errors.ValidationNeeded: (
        403,
        "{title} wants something confirmed. Please log in there first, then try again.",
    ),
    errors.RateLimited: (429, "Too many attempts. Please wait a little."),
    errors.NetworkDown: (502, "{title} does not answer. Please try again later."),
    errors.AccountUnavailable: (403, "Your page at {title} is deleted or banned."),
    errors.NotOffered: (404, "{title} does not offer this."),
}
"""The HTTP status of each error, and what to tell the person.  What is not here is the site's own mistake: 500."""


def name_of(error: errors.ConnectError) -> str:
    """Return an error's name for programs: token_expired, rate_limited …"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def status_of(error: errors.ConnectError) -> int:
    """Return the HTTP status that an error is told with."""
    return ADVICE.get(type(error), (500, ""))[0]


def draw_error(network: Network, error: errors.ConnectError, back: str) -> str:
    """Return the page that tells a person what went wrong."""
    advice = ADVICE.get(type(error), (500, "The log-in with {title} went wrong."))[1]
    body = f"<p role='alert'>{escape(advice.format(title=network.title))}</p><p><a href='{escape(back)}'>Back</a></p>"
    return _PAGE.format(title="Not logged in", body=body)


def draw_question(network: Network, address: str) -> str:
    """Return the page that asks whether a log-in that another site has begun is wanted."""
    body = f"<form method='post' action='{escape(address)}'><button>Go on to {escape(network.title)}</button></form>"
    return _PAGE.format(title=f"Log in with {escape(network.title)}?", body=body)


def draw_password_form(
    network: Network, address: str, *, message: str = "", login: str = "", wants_code: bool = False
) -> str:
    """Return the form for networks that check people by login and password."""
    alert = f"<p role='alert'>{escape(message)}</p>" if message else ""
    code = (
        "<p><label>One-time code<br><input name='code' inputmode='numeric' autocomplete='one-time-code'></label></p>"
        if wants_code
        else ""
    )
    body = (
        f"{alert}<form method='post' action='{escape(address)}'>"
        f"<p><label>E-mail or login<br><input name='login' required value='{escape(login)}' autocomplete='username'></label></p>"
        "<p><label>Password<br><input name='password' type='password' required autocomplete='current-password'></label></p>"
        f"{code}<button>Log in</button></form>"
    )
    return _PAGE.format(title=f"Log in with {escape(network.title)}", body=body)
