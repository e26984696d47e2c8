"""The doors as Django's views.  Posts are checked by the browser's own word on where they come from, so that they need no CSRF token."""

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dvor_connect.django.connect import get_sender, get_site
from dvor_connect.django.identities import work_in_transaction
from dvor_connect.site import PERSON, Reply, Visit

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _read(request: HttpRequest) -> Visit:
    user = request.user
    return Visit(
        method=request.method or "GET",
        query=request.GET.dict(),
        form=request.POST.dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        session=request.session,
        account_id=str(user.pk) if user.is_authenticated else "",
    )


def _write(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.kind, headers=reply.fields)


@csrf_exempt
def answer(request: HttpRequest, network: str, door: str = "begin") -> HttpResponse:
    """Answer at a door of a network."""
    reply = get_sender().run(get_site().answer(door, network, _read(request)), work_in_transaction)
    if reply.entered:
        person = request.session[PERSON]
        user = get_user_model()._default_manager.get(pk=reply.entered)
        if not user.is_active:
            request.session.pop(PERSON)
            return HttpResponse("This account is closed.", status=403, content_type="text/plain")
        login(request, user, backend=BACKEND)
        request.session[PERSON] = person
    return _write(reply)


@csrf_exempt
def leave(request: HttpRequest) -> HttpResponse:
    """Log out."""
    reply = get_site().leave(_read(request))
    if reply.has_left:
        logout(request)
    return _write(reply)
