"""`/developers/…`: Sngine's addresses for apps, and its form: the same app, seen through its fields.

Source: Sngine's developers' pages (App name, domain, redirect URL, description, category, icon).
"""

from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core import apps
from dvor.core.courtyard import Courtyard
from dvor.methods.http import redirect
from dvor.model.apps import CATEGORIES, SNGINE, NewApp
from dvor.model.errors import InvalidParameter, InvalidPicture, QuotaExceeded, TooManyApps
from dvor.web.apps import describe_problem
from dvor.web.pages import View

FIELDS = ("app_name", "app_domain", "app_redirect_url", "app_description", "app_category")


def read_app(form: dict[str, str]) -> NewApp:
    """Return the app that Sngine's fields describe; its website is the origin of the redirect URL."""
    uri = form["app_redirect_url"]
    try:
        parts = urlsplit(uri)
        website = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        website = ""
    return NewApp(
        title=form["app_name"],
        website=website,
        base_domain=form["app_domain"].lower(),
        redirect_uris=[uri],
        protocols=[SNGINE],
        description=form["app_description"],
        category=form["app_category"],
    )


class DeveloperPages:
    """The pages of who has learnt them at a Sngine site."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def show_list(self, _view: View) -> Response:
        """Lead to the apps."""
        return redirect("/apps")

    async def show_edit(self, view: View) -> Response:
        """Lead to an app of the owner's."""
        return redirect(f"/apps/{view.path_parameters['app_id']}")

    async def show_new(self, view: View) -> Response:
        """Show Sngine's form, or register the app, with its icon, and go on to the call."""
        assert view.user is not None
        shown, problem = {name: view.form.get(name, "").strip() for name in FIELDS}, ""
        if view.is_sent:
            try:
                app = await apps.create_app(self._courtyard, view.user.id, read_app(shown))
                if view.file:
                    await apps.change_icon(self._courtyard, view.user.id, app.id, view.file)
                return redirect(f"/apps/{app.id}/connect")
            except (InvalidParameter, InvalidPicture, QuotaExceeded, TooManyApps) as refusal:
                problem = describe_problem(view, refusal)
        return view.render(
            "developers_new.html",
            400 if problem else 200,
            shown=shown,
            problem=problem,
            categories=CATEGORIES,
        )
