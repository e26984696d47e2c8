"""`dvor credential`: what other servers sign their calls with."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from dvor.cli.settings import SettingFlags
from dvor.cli.users import in_courtyard
from dvor.core import credentials
from dvor.core.courtyard import Courtyard
from dvor.core.hooks import list_hooks, set_hooks
from dvor.model.credentials import Credential, NewCredential
from dvor.model.hooks import HOOK_EVENTS

credential_app = App(name="credential")


def read_permissions(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return permissions written as `users=write`; what is wrong in them is refused with the credential."""
    return {name: level for name, _, level in (text.partition("=") for text in texts)}


def read_referers(text: str) -> list[str]:
    """Return domains that are separated by commas."""
    return [name.strip().lower() for name in text.split(",") if name.strip()]


@credential_app.command
def create(
    title: str,
    *,
    general: str = "read",
    permission: tuple[str, ...] = (),
    expiration: int = 300,
    referers: str = "",
    statistics: bool = True,
    md5: Annotated[bool, Parameter(negative="")] = False,
    salts_once: Annotated[bool, Parameter(negative="")] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a credential and print its Key ID and its shared secret.

    Parameters
    ----------
    general
        What it may do in every section: none, read or write.
    permission
        What it may do in one section instead, as in users=write; may be given several times.  secrets=read lets it see
        session ids and activation keys.
    expiration
        Seconds for which a signed request is good.
    referers
        Domains that requests may come from, separated by commas; blank lets in requests without a Referer.
    statistics
        Count its calls.
    md5
        Take the simplified signature as well.
    salts_once
        Take each salt once.
    """
    new = NewCredential(
        title=title,
        expiration=expiration,
        referers=read_referers(referers),
        has_statistics=statistics,
        general=general,  # type: ignore[arg-type]  # checked with everything else
        permissions=read_permissions(permission),
        allows_md5=md5,
        uses_salts_once=salts_once,
    )

    async def work(courtyard: Courtyard) -> None:
        credential, secret = await credentials.create_credential(courtyard, new)
        _print_keys(credential.key_id, secret)

    in_courtyard(settings, config, work)


def _print_keys(key_id: str, secret: str) -> None:
    print(f"key id        {key_id}")
    print(f"shared secret {secret}")


@credential_app.command(name="list")
def list_(*, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """List the credentials."""

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            for one in await credentials.list_credentials(tx):
                print(f"{one.key_id}  {one.title}  {_describe(one)}")

    in_courtyard(settings, config, work)


def _describe(one: Credential) -> str:
    return ",".join([one.general, *(f"{name}={level}" for name, level in sorted(one.permissions.items()))])


@credential_app.command
def show(key_id: str, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Print a credential's shared secret again."""

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            credential = await credentials.find_credential(tx, key_id)
        _print_keys(key_id, credentials.reveal_secret(courtyard, credential))

    in_courtyard(settings, config, work)


@credential_app.command
def change(
    key_id: str,
    *,
    title: str | None = None,
    general: str | None = None,
    permission: tuple[str, ...] | None = None,
    expiration: int | None = None,
    referers: str | None = None,
    statistics: bool | None = None,
    md5: bool | None = None,
    salts_once: bool | None = None,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Change what is given of a credential; the flags are those of `create`, its keys stay."""
    given: dict[str, Any] = {
        "title": title,
        "general": general,
        "permissions": None if permission is None else read_permissions(permission),
        "expiration": expiration,
        "referers": None if referers is None else read_referers(referers),
        "has_statistics": statistics,
        "allows_md5": md5,
        "uses_salts_once": salts_once,
    }
    changed = {name: value for name, value in given.items() if value is not None}

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            known = await credentials.find_credential(tx, key_id)
        before = {name: getattr(known, name) for name in NewCredential.__struct_fields__}
        await credentials.change_credential(courtyard, key_id, NewCredential(**(before | changed)))
        print("changed")

    in_courtyard(settings, config, work)


@credential_app.command
def rotate(key_id: str, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Give a credential a new shared secret and print it; the old one is dead at once."""

    async def work(courtyard: Courtyard) -> None:
        _print_keys(key_id, await credentials.rotate_secret(courtyard, key_id))

    in_courtyard(settings, config, work)


@credential_app.command
def delete(key_id: str, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Delete a credential, with its statistics."""

    async def work(courtyard: Courtyard) -> None:
        await credentials.remove_credential(courtyard, key_id)
        print("deleted")

    in_courtyard(settings, config, work)


@credential_app.command
def hooks(
    key_id: str,
    *,
    registration: tuple[str, ...] | None = None,
    status_change: tuple[str, ...] | None = None,
    change: tuple[str, ...] | None = None,
    delete: tuple[str, ...] | None = None,
    none: Annotated[bool, Parameter(negative="")] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Set the addresses that are told of users, in signed calls; without addresses print them.

    Parameters
    ----------
    registration
        Told of new users; each of these flags may be given several times, and replaces what was set for its event.
    status_change
        Told when a user is shut out or let in again.
    change
        Told when a user's data change.
    delete
        Told when a user is deleted.
    none
        Take out all addresses.
    """
    named = zip(HOOK_EVENTS, (registration, status_change, change, delete), strict=True)
    given = {event: list(urls) for event, urls in named if urls is not None}

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            await credentials.find_credential(tx, key_id)
            known = await list_hooks(tx, key_id)
        if given or none:
            known = {} if none else known | given
            await set_hooks(courtyard, key_id, known)
        for event, urls in known.items():
            for url in urls:
                print(f"{event}  {url}")

    in_courtyard(settings, config, work)
