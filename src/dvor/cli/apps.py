"""`dvor app`: apps that log people in."""

from pathlib import Path

from cyclopts import App

from dvor.cli.settings import SettingFlags
from dvor.cli.users import in_courtyard
from dvor.core import apps
from dvor.core.courtyard import Courtyard
from dvor.model.apps import STRONG_PROTOCOLS, NewApp

app_app = App(name="app")


@app_app.command
def create(
    owner_id: int,
    title: str,
    *redirect_uris: str,
    platform: str = "website",
    website: str = "",
    protocols: str = ",".join(STRONG_PROTOCOLS),
    config: Path | None = None,
    settings: SettingFlags | None = None,
) -> None:
    """Register an app of a user, confirmed at once, and print its id and its secrets.

    Parameters
    ----------
    platform
        website, standalone (a program, which can keep no secret) or mini-app.
    website
        Its address; by default the first redirect address.
    protocols
        What it may use, separated by commas: vk, vkid, oidc, and the weak vk_implicit and sngine.
    """
    site = website or (redirect_uris[0] if redirect_uris else "")
    new = NewApp(
        title=title,
        platform=platform,
        website=site,
        redirect_uris=list(redirect_uris),
        protocols=[name.strip() for name in protocols.split(",") if name.strip()],
    )

    async def work(courtyard: Courtyard) -> None:
        app = await apps.create_app(courtyard, owner_id, new, is_confirmed=True)
        revealed = apps.reveal_secrets(courtyard, app)
        print(f"app id        {app.id}")
        print(f"secure key    {revealed.secret_key}")
        print(f"service token {revealed.service_token}")

    in_courtyard(settings, config, work)


@app_app.command(name="list")
def list_(owner_id: int, *, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """List a user's apps."""

    async def work(courtyard: Courtyard) -> None:
        async with courtyard.database.read() as tx:
            for app in await apps.list_own_apps(tx, owner_id):
                state = "" if app.confirmed_at else "  (not confirmed)"
                print(f"{app.id}  {app.title}  {','.join(app.protocols)}{state}")
                for uri in app.redirect_uris:
                    print(f"    {uri}")

    in_courtyard(settings, config, work)


@app_app.command
def rotate(
    owner_id: int, app_id: int, *, config: Path | None = None, settings: SettingFlags | None = None
) -> None:
    """Give an app a new secure key and service token and print them; the old ones are dead at once."""

    async def work(courtyard: Courtyard) -> None:
        revealed = await apps.rotate_app_secrets(courtyard, owner_id, app_id)
        print(f"secure key    {revealed.secret_key}")
        print(f"service token {revealed.service_token}")

    in_courtyard(settings, config, work)


@app_app.command
def delete(
    owner_id: int, app_id: int, *, config: Path | None = None, settings: SettingFlags | None = None
) -> None:
    """Delete an app; what people have allowed it ends at once."""

    async def work(courtyard: Courtyard) -> None:
        await courtyard.database.write(lambda tx: apps.remove_app(tx, owner_id, app_id))
        print("deleted")

    in_courtyard(settings, config, work)
