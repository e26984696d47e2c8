"""The front page: what this server is, and where a person or a developer begins."""

from starlette.responses import Response

from dvor import __version__
from dvor.web.pages import View


async def show(view: View) -> Response:
    """Show the page at `/`."""
    may_sign_up = view.courtyard.settings.sign_up != "closed"
    return view.render(
        "front.html", url=view.courtyard.public_url, version=__version__, may_sign_up=may_sign_up
    )
