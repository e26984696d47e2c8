"""Apps: registered by their owners, proving themselves by a key that only the owner reads."""

import re

import msgspec
import pytest

from dvor.core import apps, tokens
from dvor.core.courtyard import Courtyard
from dvor.model.apps import App, NewApp, accepts_redirect, check_app
from dvor.model.errors import AppNotFound, InvalidParameter, TooManyApps, UserNotFound, WrongAppSecret
from tests.core.conftest import NOW, Settle

SITE = NewApp(
    title="Соседи",
    website="https://site.example",
    base_domain="site.example",
    redirect_uris=["https://site.example/back"],
)


async def make(courtyard: Courtyard, owner_id: int, new: NewApp = SITE) -> App:
    return await apps.create_app(courtyard, owner_id, new, is_confirmed=True)


async def identify(courtyard: Courtyard, text: str) -> tokens.Caller | None:
    async with courtyard.database.read() as tx:
        return await tokens.identify(tx, text, courtyard.now)


async def test_an_app_proves_itself_by_its_key(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    app = await make(courtyard, anna)
    revealed = apps.reveal_secrets(courtyard, app)
    assert re.fullmatch(r"[0-9a-f]{32}", revealed.secret_key)
    assert revealed.secret_key.encode() not in app.secret_key, "kept only encrypted"
    assert await apps.authenticate_app(courtyard, app.id, revealed.secret_key) == app
    for wrong in ("", "x", revealed.secret_key.upper() + "g", revealed.secret_key[:-1], "\ud800"):
        with pytest.raises(WrongAppSecret):
            await apps.authenticate_app(courtyard, app.id, wrong)
    for number in (0, -1, app.id + 1, 2**80):
        with pytest.raises(AppNotFound):
            await apps.authenticate_app(courtyard, number, revealed.secret_key)


async def test_the_service_token_is_the_apps_own(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    app = await make(courtyard, anna)
    before = apps.reveal_secrets(courtyard, app)
    caller = await identify(courtyard, before.service_token)
    assert caller is not None
    assert (caller.user_id, caller.app_id, int(caller.scope)) == (0, app.id, 0)
    after = await apps.rotate_app_secrets(courtyard, anna, app.id)
    assert await identify(courtyard, before.service_token) is None
    assert await identify(courtyard, after.service_token) is not None
    with pytest.raises(WrongAppSecret):
        await apps.authenticate_app(courtyard, app.id, before.secret_key)
    assert (await apps.authenticate_app(courtyard, app.id, after.secret_key)).id == app.id


async def test_no_door_knows_an_unconfirmed_app(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    app = await apps.create_app(courtyard, anna, SITE)
    async with courtyard.database.read() as tx:
        with pytest.raises(AppNotFound):
            await apps.find_app(tx, app.id)
        assert await apps.find_own_app(tx, anna, app.id) == app
        with pytest.raises(AppNotFound):
            await apps.find_own_app(tx, boris, app.id)
    with pytest.raises(AppNotFound):
        await apps.confirm_app(courtyard, boris, app.id)
    await apps.confirm_app(courtyard, anna, app.id)
    async with courtyard.database.read() as tx:
        assert (await apps.find_app(tx, app.id)).confirmed_at == NOW


async def test_an_app_is_changed_and_removed_by_its_owner(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    app = await make(courtyard, anna)
    changed = msgspec.structs.replace(SITE, title="Двор", redirect_uris=["https://site.example/other"])
    with pytest.raises(AppNotFound):
        await apps.change_app(courtyard, boris, app.id, changed)
    await apps.change_app(courtyard, anna, app.id, changed)
    async with courtyard.database.read() as tx:
        [kept] = await apps.list_own_apps(tx, anna)
    assert (kept.title, kept.redirect_uris) == ("Двор", ["https://site.example/other"])
    assert apps.reveal_secrets(courtyard, kept) == apps.reveal_secrets(courtyard, app), "the keys stay"
    service_token = apps.reveal_secrets(courtyard, app).service_token
    with pytest.raises(AppNotFound):
        await courtyard.database.write(lambda tx: apps.remove_app(tx, boris, app.id))
    await courtyard.database.write(lambda tx: apps.remove_app(tx, anna, app.id))
    assert await identify(courtyard, service_token) is None
    async with courtyard.database.read() as tx:
        assert await apps.list_own_apps(tx, anna) == []


async def test_there_is_an_end_to_apps(courtyard: Courtyard, settle: Settle, monkeypatch) -> None:
    monkeypatch.setattr(apps, "MAX_APPS_OF_OWNER", 2)
    anna, boris = await settle({}, {})
    ids = {(await make(courtyard, anna)).id for _ in range(2)}
    assert len(ids) == 2
    with pytest.raises(TooManyApps):
        await make(courtyard, anna)
    await make(courtyard, boris)
    with pytest.raises(UserNotFound):
        await make(courtyard, 999)


async def test_calls_of_an_app_are_counted(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    app = await make(courtyard, anna)
    for _ in range(3):
        courtyard.touches.use_token(b"unknown", NOW, app.id)
    courtyard.touches.use_token(b"unknown", NOW, app.id + 1)
    await courtyard.touches.flush()
    courtyard.touches.use_token(b"unknown", NOW, app.id)
    await courtyard.touches.flush()
    async with courtyard.database.read() as tx:
        days = await apps.list_app_days(tx, app.id, NOW)
    assert len(days) == 30
    assert [day.calls for day in days[-2:]] == [0, 4]
    assert apps.date_of(days[-1]) == "2026-11-18"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", " "),
        ("title", "x" * 101),
        ("platform", "toaster"),
        ("website", ""),
        ("website", "site.example"),
        ("base_domain", "https://site.example"),
        ("base_domain", "Site.example"),
        ("description", "x" * 201),
        ("category", "Other"),
        ("protocols", ["vk", "telepathy"]),
        ("redirect_uris", ["/back"]),
        ("redirect_uris", ["https://site.example/#fragment"]),
        ("redirect_uris", ["https://user@site.example/"]),
        ("redirect_uris", ["javascript:alert(1)"]),
        ("redirect_uris", ["my.app:/back"]),
        ("redirect_uris", ["https://site.example/a b"]),
        ("redirect_uris", ["https://site.example/\n"]),
        ("redirect_uris", ["https://[site.example/"]),
        ("redirect_uris", ["https://сайт.example/"]),
        ("redirect_uris", ["https://site.example/" + "x" * 2000]),
        ("redirect_uris", ["https://site.example/"] * 21),
    ],
)
def test_what_is_no_app_is_refused(name, value) -> None:
    check_app(SITE)
    with pytest.raises(InvalidParameter) as refusal:
        check_app(msgspec.structs.replace(SITE, **{name: value}))
    assert refusal.value.name == name


async def test_redirects_match_exactly(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    site = await make(courtyard, anna)
    assert accepts_redirect(site, "https://site.example/back")
    for near in (
        "https://site.example/back/",
        "https://site.example/back?x=1",
        "https://site.example/Back",
        "http://site.example/back",
        "https://site.example:443/back",
        "https://site.example.evil.example/back",
        "https://evil.example/?https://site.example/back",
        "",
    ):
        assert not accepts_redirect(site, near), near
    program = NewApp(
        title="P", platform="standalone", redirect_uris=["http://127.0.0.1/back", "my.app:/back"]
    )
    app = await make(courtyard, anna, program)
    for fits in ("http://127.0.0.1:51234/back", "http://127.0.0.1/back", "my.app:/back"):
        assert accepts_redirect(app, fits), fits
    for wrong in ("http://127.0.0.1:51234/", "http://127.0.0.1.evil.example/back", "http://127.0.0.1:x/back"):
        assert not accepts_redirect(app, wrong), wrong
