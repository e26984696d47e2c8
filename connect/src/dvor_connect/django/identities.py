"""Django's side of keeping people: the table of identities, Django's users as accounts, and its transactions."""

import time
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from dvor_connect.django.models import Identity as Row
from dvor_connect.people import Profile, UserInfo
from dvor_connect.saving.identities import Conflict, Identity
from dvor_connect.sending import Work

TRIES, SECONDS_BETWEEN_TRIES = 8, 0.02
LONGEST_USERNAME = 150
_SAME = ("network", "info", "raw", "token_expires_at", "created_at", "updated_at", "logged_in_at")


class DjangoAccounts:
    """Django's users.  A new one has no password, and an e-mail only if the network has verified it."""

    def create(self, tx: Any, profile: Profile) -> str:
        """Make a user; `Conflict` if another request takes the name at this moment."""
        users = get_user_model()
        name = f"{profile.network}_{profile.id}"[:LONGEST_USERNAME]
        free = name
        number = 1
        while users._default_manager.filter(**{users.USERNAME_FIELD: free}).exists():
            number += 1
            free = f"{name[: LONGEST_USERNAME - 12]}_{number}"
        values = {
            users.USERNAME_FIELD: free,
            "email": profile.email if profile.email and profile.is_email_verified else "",
            "first_name": profile.first_name[:LONGEST_USERNAME],
            "last_name": profile.last_name[:LONGEST_USERNAME],
        }
        known = {field.name for field in users._meta.get_fields()}
        user = users(**{name: value for name, value in values.items() if name in known})
        user.set_unusable_password()
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            raise Conflict from None
        return str(user.pk)

    def find_by_verified_email(self, tx: Any, email: str) -> str | None:
        """Return the user for whom another network has verified this e-mail; Django itself verifies none."""
        found = (
            Row.objects.filter(email__iexact=email, is_email_verified=True, user__is_active=True)
            .order_by("created_at")
            .first()
        )
        return None if found is None else str(found.user_id)


class DjangoIdentities:
    """The table dvor_connect_identity."""

    def find(self, tx: Any, network: str, user_id: str) -> Identity | None:
        """Return one, or None."""
        row = _rows(network, user_id).first()
        return None if row is None else _read(row)

    def insert(self, tx: Any, identity: Identity) -> None:
        """Add one; `Conflict` if it is there already."""
        try:
            with transaction.atomic():
                Row.objects.create(**_write(identity))
        except IntegrityError:
            raise Conflict from None

    def replace(self, tx: Any, identity: Identity) -> None:
        """Write one over, after a new log-in."""
        _rows(identity.network, identity.user_id).update(**_write(identity))

    def update_info(
        self, tx: Any, network: str, user_id: str, profile: Profile, info: UserInfo, now: int
    ) -> None:
        """Write what is known of the person, and leave the tokens alone."""
        _rows(network, user_id).update(
            **_write_profile(profile), info=info.data, raw=info.raw, updated_at=now
        )

    def keep_tokens(self, tx: Any, network: str, user_id: str, tokens: bytes, expires_at: int | None) -> None:
        """Write refreshed tokens, and give the lease back."""
        _rows(network, user_id).update(tokens=tokens, token_expires_at=expires_at, refreshing_until=0)

    def list_of_account(self, tx: Any, account_id: str) -> list[Identity]:
        """Return those of a user, the newest log-in first."""
        return [
            _read(row) for row in Row.objects.filter(user_id=account_id).order_by("-logged_in_at", "network")
        ]

    def delete_of_account(self, tx: Any, account_id: str) -> int:
        """Delete those of a user; return how many."""
        return int(Row.objects.filter(user_id=account_id).delete()[0])

    def take_lease(self, tx: Any, network: str, user_id: str, now: int, until: int) -> bool:
        """Claim the right to refresh the tokens until then, unless somebody else has it now."""
        return _rows(network, user_id).filter(refreshing_until__lte=now).update(refreshing_until=until) == 1


def _rows(network: str, user_id: str) -> "QuerySet[Row]":
    return Row.objects.filter(network=network, network_user_id=user_id)


def _write_profile(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "email": profile.email,
        "is_email_verified": profile.is_email_verified,
        "profile": msgspec.to_builtins(profile),
    }


def _write(identity: Identity) -> dict[str, Any]:
    return {
        **{name: getattr(identity, name) for name in _SAME},
        **_write_profile(identity.profile),
        "tokens": identity.tokens,
        "network_user_id": identity.user_id,
        "user_id": identity.account_id,
    }


def _read(row: Row) -> Identity:
    return Identity(
        **{name: getattr(row, name) for name in _SAME},
        user_id=row.network_user_id,
        account_id=str(row.user_id),
        profile=msgspec.convert(row.profile, Profile),
        tokens=bytes(row.tokens),
    )


def work_in_transaction(work: Work) -> Any:
    """Do work in a transaction of Django's database, again if another request was in its way."""
    for number in range(1, TRIES):
        try:
            with transaction.atomic():
                return work(None)
        except (Conflict, OperationalError) as problem:
            # SQLite refuses at once when two transactions that have read both want to write
            if isinstance(problem, OperationalError) and "locked" not in str(problem):
                raise
            time.sleep(number * SECONDS_BETWEEN_TRIES)
    with transaction.atomic():
        return work(None)
