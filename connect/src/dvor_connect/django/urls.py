"""The addresses of the doors: `path("login/", include("dvor_connect.django.urls"))`, at the setting's `path`."""

from django.urls import path

from dvor_connect.django import views

app_name = "dvor_connect"
urlpatterns = [
    path("out", views.leave, name="out"),
    path("<slug:network>", views.answer, name="begin"),
    *(
        path(f"<slug:network>/{door}", views.answer, {"door": door}, name=door)
        for door in ("back", "password", "user-info")
    ),
]
