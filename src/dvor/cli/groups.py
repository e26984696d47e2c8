"""`dvor group`: communities, and the tokens with which their bots work."""

from pathlib import Path
from typing import Literal

from cyclopts import App

from dvor.cli.settings import SettingFlags
from dvor.cli.users import in_courtyard
from dvor.core.courtyard import Courtyard
from dvor.core.groups import create_group, find_groups
from dvor.core.tokens import issue_token
from dvor.model.errors import GroupNotFound
from dvor.model.groups import GroupAccess, NewGroup
from dvor.model.tokens import FULL_SCOPE, Scope
from dvor.store.database import Transaction

group_app = App(name="group")
ACCESS = {"open": GroupAccess.OPEN, "closed": GroupAccess.CLOSED, "private": GroupAccess.PRIVATE}


@group_app.command
def create(
    name: str,
    creator: int,
    *,
    screen_name: str = "",
    access: Literal["open", "closed", "private"] = "open",
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a community and print its id.

    Parameters
    ----------
    creator
        The id of the user who owns it.
    """
    group = NewGroup(name=name, screen_name=screen_name or None, access=ACCESS[access])

    async def work(courtyard: Courtyard) -> int:
        now = courtyard.now
        return await courtyard.database.write(lambda tx: create_group(tx, creator, group, now=now))

    print(in_courtyard(settings, config, work))


@group_app.command
def token(
    group: str,
    *,
    scope: str = "",
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a token that acts for a community and print it, this once.

    Parameters
    ----------
    group
        Its id or screen name.
    scope
        What the token permits, separated by commas (messages,photos,docs,groups …); everything without it.
    """
    allowed = FULL_SCOPE if not scope else Scope(0)
    for word in scope.split(",") if scope else []:
        allowed |= Scope[word.strip().upper()]

    async def work(courtyard: Courtyard) -> str:
        async with courtyard.database.read() as tx:
            creator_id, group_id = await _find(tx, group)
        return await issue_token(courtyard, creator_id, scope=allowed, group_id=group_id)

    print(in_courtyard(settings, config, work))


async def _find(tx: Transaction, name: str) -> tuple[int, int]:
    """Return a community's creator and id, private ones too; `GroupNotFound`."""
    ids, found = await find_groups(tx, 0, [name])
    if not found and ids:
        # the operator may know of private ones: they are told of to themselves
        _, found = await find_groups(tx, -ids[0], [name])
    for group_id, community in found.items():
        return community.group.creator_id, group_id
    raise GroupNotFound(name)
