"""`/app{id}`: a mini-app in a frame, for who has allowed it to know who he is."""

from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core.apps import find_app
from dvor.core.mini_apps import begin_visit, check_mini_app, open_mini_app, take_visit
from dvor.methods.http import redirect
from dvor.model.errors import AppNotFound, RequestExpired
from dvor.web.pages import FORM_POLICY, View


async def show(view: View) -> Response:
    """Send the person to the page of consent, which knows whether he has to be asked; or open the app on his return."""
    assert view.user is not None
    app_id, courtyard = view.path_parameters["app_id"], view.courtyard
    try:
        async with courtyard.database.read() as tx:
            app = await find_app(tx, app_id)
        check_mini_app(courtyard, app)
        ticket = view.asked.query.get("ticket", "")
        if not ticket:
            return redirect(f"/consent/{await begin_visit(courtyard, app, f'/app{app.id}')}")
        request = await take_visit(courtyard, ticket)
    except AppNotFound:
        return view.render("problem.html", 404, text=view.translate("There is no such app."))
    except RequestExpired:
        return redirect(f"/app{app_id}")
    if request.outcome != "allowed" or (request.app_id, request.user_id) != (app.id, view.user.id):
        return redirect("/")
    address = await open_mini_app(courtyard, app, view.user, request, view.language)
    parts = urlsplit(app.website)
    return view.render(
        "mini_app.html",
        policy=f"{FORM_POLICY}; frame-src {parts.scheme}://{parts.netloc}",
        app=app,
        address=address,
    )
