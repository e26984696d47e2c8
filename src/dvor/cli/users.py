"""`dvor user`: the people of a community."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from dvor.cli.settings import SettingFlags, read_settings
from dvor.core.accounts import change_password, create_account, switch_off_totp, switch_on_totp
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.users import appoint, deactivate
from dvor.model.users import NewUser

user_app = App(name="user")
T = TypeVar("T")


def in_courtyard(
    settings: SettingFlags | None, config: Path | None, work: Callable[[Courtyard], Awaitable[T]]
) -> T:
    """Open the community, do something with it, and close it."""

    async def run() -> T:
        courtyard = await open_courtyard(read_settings(settings, config))
        try:
            return await work(courtyard)
        finally:
            await courtyard.close()

    return asyncio.run(run())


def read_password() -> str:
    """Ask for a password twice, or take the first line of standard input when it is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        sys.exit("dvor: the two passwords differ")
    return password


@user_app.command
def create(
    login: str,
    first_name: str,
    last_name: str,
    *,
    screen_name: str | None = None,
    closed: Annotated[bool, Parameter(negative="")] = False,
    administrator: Annotated[bool, Parameter(negative="")] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a user who can log in; the password is asked for, or read from standard input.

    Parameters
    ----------
    login
        The e-mail address to log in with.
    closed
        Show the profile to friends only.
    administrator
        Make an administrator.
    """
    user = NewUser(
        first_name=first_name,
        last_name=last_name,
        screen_name=screen_name,
        is_closed=closed,
        is_administrator=administrator,
    )
    password = read_password()
    user_id = in_courtyard(
        settings, config, lambda courtyard: create_account(courtyard, user, login, password)
    )
    print(user_id)


@user_app.command
def password(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Set a new password; all tokens of the user die."""
    new = read_password()
    in_courtyard(settings, config, lambda courtyard: change_password(courtyard, user_id, new))


@user_app.command
def administrator(
    user_id: int,
    *,
    off: Annotated[bool, Parameter(negative="")] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a user an administrator, who sees the pages for administrators, or (--off) one no more."""
    in_courtyard(
        settings,
        config,
        lambda courtyard: courtyard.database.write(lambda tx: appoint(tx, user_id, is_administrator=not off)),
    )


@user_app.command
def totp(
    user_id: int,
    *,
    off: Annotated[bool, Parameter(negative="")] = False,
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Require one-time codes of a user and print the seed and the backup codes, or (--off) stop that."""

    async def work(courtyard: Courtyard) -> None:
        if off:
            await switch_off_totp(courtyard, user_id)
            return
        factor = await switch_on_totp(courtyard, user_id)
        print("seed:", factor.seed)
        print("backup codes:", " ".join(factor.backup_codes))

    in_courtyard(settings, config, work)


@user_app.command
def ban(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Ban a user; his tokens die."""
    _set_state(user_id, "banned", config, settings)


@user_app.command
def delete(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Delete a user: what he wrote stays, his name does not; his tokens die."""
    _set_state(user_id, "deleted", config, settings)


@user_app.command
def restore(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Take back a ban or a deletion."""
    _set_state(user_id, None, config, settings)


def _set_state(user_id: int, state: str | None, config: Path | None, settings: SettingFlags | None) -> None:
    in_courtyard(
        settings,
        config,
        lambda courtyard: courtyard.database.write(lambda tx: deactivate(tx, user_id, state)),
    )
