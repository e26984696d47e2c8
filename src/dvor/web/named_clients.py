"""`/authorize/named/{secret}`: a program that is registered nowhere asks for a token; the person is warned and asked."""

from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core.named_clients import answer_named_request, find_named_request
from dvor.methods.http import redirect
from dvor.model.errors import RequestExpired
from dvor.web.pages import POLICY, View


async def show(view: View) -> Response:
    """Ask, naming where the token goes, or take the answer; nobody is let through without a question."""
    assert view.user is not None
    secret, courtyard = view.path_parameters["secret"], view.courtyard
    try:
        if view.is_sent:
            is_allowed = view.form.get("decision") == "allow"
            path = await answer_named_request(courtyard, secret, view.user.id, is_allowed=is_allowed)
            return redirect(path)
        async with courtyard.database.read() as tx:
            request = await find_named_request(tx, secret, courtyard.now)
    except RequestExpired:
        text = "This log-in is over or was answered already. Go back to the site and begin again."
        return view.render("problem.html", 410, text=view.translate(text))
    return view.render(
        "named_client.html",
        policy=POLICY,  # no form-action: a browser holds it against the redirect to the client as well
        client_name=request.client_name,
        target=urlsplit(request.redirect_uri).netloc or request.redirect_uri,
    )
