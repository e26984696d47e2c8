"""The addresses of the site in Django."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from dvor_connect.django.connect import buttons, identities


def home(request: HttpRequest) -> HttpResponse:
    """Show who is logged in."""
    known = identities(request)
    name = known[0].profile.name if known else "nobody"
    return HttpResponse(f"<h1>{name}</h1>{buttons()}")


urlpatterns = [path("", home), path("login/", include("dvor_connect.django.urls"))]
