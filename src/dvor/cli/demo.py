"""`dvor demo`: a living community to point a client at."""

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from dvor.cli.cast import CAST, PASSWORD, TOTP_SEED, settle
from dvor.cli.population import populate_with_progress
from dvor.cli.settings import SettingFlags, read_settings
from dvor.config import Settings
from dvor.core import apps, credentials
from dvor.core.courtyard import Courtyard
from dvor.core.health import is_empty
from dvor.core.population import Population
from dvor.core.tokens import issue_token
from dvor.core.users import find_user_ids
from dvor.server.run import run

FIRST, APP_OWNER = "anna", "boris"
"""Whose token the summary holds, and whose app."""
GROUP = 1
"""The community of the first one, whose token the summary holds too."""


def demo(
    *,
    users: Annotated[int, Parameter(help="Further people to make, with friends, likes and messages.")] = 0,
    posts: Annotated[int, Parameter(help="Posts that they have written.")] = 0,
    seed: Annotated[int, Parameter(help="The same seed makes the same people.")] = 1,
    summary: Annotated[
        Path | None, Parameter(help="Write who can log in, and how, to this file as JSON.")
    ] = None,
    config: Annotated[Path | None, Parameter(help="A TOML file with settings.")] = None,
    settings: SettingFlags | None = None,
) -> None:
    """Serve a demo community; without --data or --database it is gone when the server stops."""
    with tempfile.TemporaryDirectory(prefix="dvor-demo-") as folder:
        chosen = read_settings(settings, config, data=folder, openvk_authorize=True)
        population = Population(users, posts, seed)

        async def open_doors(courtyard: Courtyard) -> None:
            await _settle_once(courtyard, population)
            facts = await _describe(courtyard)
            if summary is not None:
                _write_summary(summary, facts)
            _greet(facts, chosen)

        run(chosen, open_doors)


async def _settle_once(courtyard: Courtyard, population: Population) -> None:
    """Make the cast and the further people, unless they are there from an earlier start."""
    if await is_empty(courtyard):
        await settle(courtyard)
        if population.users:
            await populate_with_progress(courtyard, population)


async def _describe(courtyard: Courtyard) -> dict[str, Any]:
    async with courtyard.database.read() as tx:
        user_id, owner_id = await find_user_ids(tx, [FIRST, APP_OWNER])
        own = await apps.list_own_apps(tx, owner_id)
        programs = await apps.list_own_apps(tx, user_id)
        signing = await credentials.list_credentials(tx)
    token = await issue_token(courtyard, user_id, platform="demo")
    user = {"login": CAST[FIRST].login, "password": PASSWORD, "id": user_id, "token": token}
    facts: dict[str, Any] = {"base_url": courtyard.public_url, "user": user}
    facts["group"] = {
        "id": GROUP,
        "token": await issue_token(courtyard, user_id, platform="demo", group_id=GROUP),
    }
    for app in own:  # none is left if he has deleted them
        secret = apps.reveal_secrets(courtyard, app).secret_key
        if app.platform == "mini-app":
            facts["mini_app"] = {"id": app.id, "secret": secret}
        elif app.redirect_uris:
            facts.setdefault("app", {"id": app.id, "secret": secret, "redirect_uri": app.redirect_uris[0]})
    for app in programs[:1]:
        facts["program"] = {"id": app.id}
    for credential in signing[:1]:
        secret = credentials.reveal_secret(courtyard, credential)
        facts["credential"] = {"key_id": credential.key_id, "secret": secret}
    return facts


def _write_summary(path: Path, facts: dict[str, Any]) -> None:
    """Write the file whole or not at all: someone may be waiting for it."""
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(json.dumps(facts, indent=2) + "\n")
    beside.replace(path)


def _greet(facts: dict[str, Any], settings: Settings) -> None:
    url, user = facts["base_url"], facts["user"]
    insecure = "--insecure " if settings.tls else ""
    print(f"\nThe demo community is at {url}\n\nWho can log in (password of all: {PASSWORD}):")
    for one in CAST.values():
        closed = ", closed profile" if one.user.is_closed else ""
        print(f"  {one.login:22} {one.user.first_name} {one.user.last_name}{closed}")
    print(f"  Lev needs a one-time code as well; the seed of his authenticator is {TOTP_SEED}")
    if app := facts.get("app"):
        print(
            f"\nAn app to log people in with: id {app['id']}, key {app['secret']}, back to {app['redirect_uri']}"
        )
    if credential := facts.get("credential"):
        print(
            f"\nA credential of the server API, {url}/api.php: key {credential['key_id']}, secret {credential['secret']}"
        )
    print(f"\nA bot's token, of the community {facts['group']['id']}: {facts['group']['token']}")
    print("\nA first call:")
    print(
        f"  curl {insecure}'{url}/method/users.get?user_ids=boris&fields=status,city&v=5.199&access_token={user['token']}'"
    )
    print("\nA token of your own:")
    print(
        f"  curl {insecure}'{url}/token?grant_type=password&username={user['login']}&password={PASSWORD}'\n",
        flush=True,
    )
