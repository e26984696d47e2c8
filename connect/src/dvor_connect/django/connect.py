"""The site's log-in, made from Django's settings when it is first needed."""

import time
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from dvor_connect.django.identities import DjangoAccounts, DjangoIdentities, work_in_transaction
from dvor_connect.people import Tokens, UserInfo
from dvor_connect.saving.identities import Identity
from dvor_connect.saving.keeping import Keeper
from dvor_connect.saving.vault import Vault
from dvor_connect.sending import Sender
from dvor_connect.site import Site, current_person


@cache
def get_site() -> Site:
    """Return the site of the setting DVOR_CONNECT.

    Its members: `apps` and `url`, and if you like `path`, `home`, `bridge_key`, `key` (else SECRET_KEY), `old_keys` and
    `link_by_verified_email`.
    """
    given = dict(getattr(settings, "DVOR_CONNECT", {}))
    if not {"apps", "url"} <= given.keys():
        raise ImproperlyConfigured('DVOR_CONNECT needs at least "apps" and "url"')
    key = given.pop("key", settings.SECRET_KEY)
    vault = Vault([key, *given.pop("old_keys", [])])
    link = given.pop("link_by_verified_email", False)
    keeper = Keeper(DjangoIdentities(), DjangoAccounts(), vault, time.time, link_by_verified_email=link)
    return Site(given.pop("apps"), key=key, keeper=keeper, **given)


@cache
def get_sender() -> Sender:
    """Return the way to the networks; its connections are kept between requests."""
    return Sender()


def buttons(**more: Any) -> str:
    """Return the buttons of all networks as HTML, for a template's context (mark it safe)."""
    return get_site().buttons(**more)


def identities(request: HttpRequest) -> list[Identity]:
    """Return what is kept of `request.user`, at each of his networks."""
    if not request.user.is_authenticated:
        return []
    steps = get_site().keeper.list_of_account(str(request.user.pk))
    return get_sender().run(steps, work_in_transaction)


def get_user_info(request: HttpRequest, *, save: bool = False) -> UserInfo | None:
    """Ask the network who is logged in: as data, or as an action, which saves it too.  None for whoever came another way."""
    person = current_person(request.session)
    if person is None or not request.user.is_authenticated:
        return None
    return get_sender().run(get_site().get_user_info(person, save=save), work_in_transaction)


def fresh_tokens(network: str, user_id: str) -> Tokens:
    """Return a person's tokens, refreshed if they are about to end."""
    site = get_site()
    return get_sender().run(site.keeper.fresh_tokens(site.flows[network], user_id), work_in_transaction)
