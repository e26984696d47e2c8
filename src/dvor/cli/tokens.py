"""`dvor token`: access tokens."""

from datetime import UTC, datetime
from pathlib import Path

from cyclopts import App

from dvor.cli.settings import SettingFlags
from dvor.cli.users import in_courtyard
from dvor.core.courtyard import Courtyard
from dvor.core.tokens import issue_token, list_tokens, revoke_all_tokens, revoke_token
from dvor.model.tokens import FULL_SCOPE, Scope

token_app = App(name="token")


@token_app.command
def create(
    user_id: int,
    *,
    scope: str = "",
    lifetime: int = 0,
    platform: str = "",
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Make a token for a user and print it, this once.

    Parameters
    ----------
    scope
        What it permits, separated by commas (friends,wall,messages …); everything without it.
    lifetime
        Seconds it lives; 0 is until it is revoked.
    """
    allowed = FULL_SCOPE
    if scope:
        allowed = Scope(0)
        for name in scope.split(","):
            allowed |= Scope[name.strip().upper()]
    print(
        in_courtyard(
            settings,
            config,
            lambda courtyard: issue_token(
                courtyard, user_id, scope=allowed, platform=platform, lifetime=lifetime
            ),
        )
    )


@token_app.command(name="list")
def list_(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """List a user's tokens: when each was made and last used, its scope and its client."""

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            for token in await list_tokens(tx, user_id):
                made = datetime.fromtimestamp(token.created_at, UTC).isoformat()
                used = datetime.fromtimestamp(token.used_at, UTC).isoformat() if token.used_at else "never"
                print(f"made {made}  used {used}  scope {token.scope}  {token.platform}")

    in_courtyard(settings, config, work)


@token_app.command
def revoke(token: str, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Revoke one token by its text."""

    async def work(courtyard: Courtyard) -> None:
        found = await courtyard.database.write(lambda tx: revoke_token(tx, token))
        print("revoked" if found else "there is no such token")

    in_courtyard(settings, config, work)


@token_app.command
def revoke_all(user_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Revoke all tokens of a user."""

    async def work(courtyard: Courtyard) -> None:
        print(await courtyard.database.write(lambda tx: revoke_all_tokens(tx, user_id)), "revoked")

    in_courtyard(settings, config, work)
