"""What Django has to know of this application."""

from django.apps import AppConfig


class DvorConnect(AppConfig):
    """The application; its tables begin with dvor_connect_."""

    name = "dvor_connect.django"
    label = "dvor_connect"
    default_auto_field = "django.db.models.BigAutoField"
