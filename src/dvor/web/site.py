"""The addresses of the pages."""

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from dvor.core.courtyard import Courtyard
from dvor.web import (
    apps,
    apps_in_use,
    biography,
    consent,
    credentials,
    front,
    mini_apps,
    named_clients,
    privacy,
    profile,
    share,
)
from dvor.web.developers import DeveloperPages
from dvor.web.email_changes import EmailPages
from dvor.web.log_in import LogIn, show_logout, show_logout_for_app
from dvor.web.pages import Page, Show
from dvor.web.security import SecurityPages
from dvor.web.sign_up import SignUpPages


def open_site(courtyard: Courtyard, not_found: ASGIApp) -> ASGIApp:
    """Return the application of all pages; `not_found` answers every other address."""

    def route(path: str, show: Show, *, needs_user: bool = True) -> Route:
        return Route(path, Page(courtyard, show, needs_user=needs_user))

    managed = apps.AppPages(courtyard)
    developers = DeveloperPages(courtyard)
    signing = credentials.CredentialPages(courtyard)
    entrance = SignUpPages(courtyard)
    log_in = LogIn(courtyard)
    security = SecurityPages(courtyard)
    emails = EmailPages(courtyard, security.check_password, security.show)
    return Router(
        [
            route("/", front.show, needs_user=False),
            route("/signup", entrance.show, needs_user=False),
            route("/signup/confirm", entrance.show_confirm, needs_user=False),
            route("/reset", entrance.show_reset, needs_user=False),
            route("/reset/new", entrance.show_reset_new, needs_user=False),
            route("/login", log_in.show, needs_user=False),
            route("/login/passkey", log_in.show_passkey, needs_user=False),
            route("/logout", show_logout),
            route("/logout/{request_id}", show_logout_for_app, needs_user=False),
            route("/consent/{request_id}", consent.show, needs_user=False),
            route("/authorize/named/{secret}", named_clients.show),
            route("/share", share.show, needs_user=False),
            route("/share/done", share.show_done),
            route("/settings/profile", profile.show),
            route("/settings/biography", biography.show),
            Route("/settings/photo", Page(courtyard, profile.show_photo, takes_file=True)),
            route("/settings/photo/remove", profile.show_photo_removal),
            route("/settings/privacy", privacy.show),
            route("/settings/blacklist", privacy.show_blocking),
            route("/settings/blacklist/remove", privacy.show_unblocking),
            route("/settings/security", security.show),
            route("/settings/password", security.show_password),
            route("/settings/email", emails.show),
            route("/email/confirm", emails.show_confirm, needs_user=False),
            route("/settings/sessions", security.show_sessions),
            route("/settings/passkeys", security.show_passkeys),
            route("/settings/passkeys/remove", security.show_passkey_removal),
            route("/settings/totp", security.show_totp),
            route("/settings/delete", security.show_delete),
            route("/settings/apps", apps_in_use.show),
            route("/settings/programs", apps_in_use.show_program_removal),
            route("/app{app_id:int}", mini_apps.show),
            route("/developers", developers.show_list),
            route("/developers/apps", developers.show_list),
            Route("/developers/new", Page(courtyard, developers.show_new, takes_file=True)),
            route("/developers/edit/{app_id:int}", developers.show_edit),
            route("/apps", managed.show_list),
            route("/apps/new", managed.show_new),
            route("/apps/{app_id:int}", managed.show_information),
            Route("/apps/{app_id:int}/icon", Page(courtyard, managed.show_icon, takes_file=True)),
            route("/apps/{app_id:int}/connect", managed.show_connect),
            route("/apps/{app_id:int}/settings", managed.show_settings),
            route("/apps/{app_id:int}/secret", managed.show_secret),
            route("/apps/{app_id:int}/statistics", managed.show_statistics),
            route("/apps/{app_id:int}/use", managed.show_use),
            route("/apps/{app_id:int}/delete", managed.show_delete),
            *(
                route(path, credentials.for_administrators(show))
                for path, show in (
                    ("/credentials", signing.show_list),
                    ("/credentials/new", signing.show_new),
                    ("/credentials/{key_id}", signing.show_settings),
                    ("/credentials/{key_id}/secret", signing.show_secret),
                    ("/credentials/{key_id}/hooks", signing.show_hooks),
                    ("/credentials/{key_id}/statistics", signing.show_statistics),
                    ("/credentials/{key_id}/delete", signing.show_delete),
                )
            ),
        ],
        default=not_found,
        redirect_slashes=False,
    )
