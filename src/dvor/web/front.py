"""The front page: what this server is, and where a developer begins."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

from dvor import __version__
from dvor.core.courtyard import Courtyard

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@cache
def templates() -> Environment:
    """Return the templates of the pages."""
    folder = files("dvor.web") / "templates"
    return Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text(encoding="utf-8")),
        autoescape=select_autoescape(default=True),
    )


async def front_page(courtyard: Courtyard) -> Response:
    """Return the page at `/`."""
    page = templates().get_template("front.html").render(url=courtyard.public_url, version=__version__)
    return HTMLResponse(page, headers=SECURITY_HEADERS)
