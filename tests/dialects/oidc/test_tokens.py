"""What becomes of tokens: refresh, revocation, introspection, removal of the app, leaving, new keys."""

from typing import Any

from dvor.core import keys
from dvor.core.consents import revoke_consent
from tests.dialects.conftest import NOW
from tests.dialects.consent import Site
from tests.dialects.oidc.test_oidc import basic, exchange, get_code, read
from tests.dialects.oidc.test_oidc import site as site


async def test_refresh(site: Site) -> None:
    first = await exchange(site, code=await get_code(site, scope="openid email offline_access"))
    other = await Site.open(site.client, protocols=["oidc"])
    form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert (await exchange(other, status=400, **form))["error"] == "invalid_grant"
    wider = await exchange(site, status=400, scope="openid phone", **form)
    assert wider["error"] == "invalid_scope"
    site.client.courtyard.clock = lambda: NOW + 5
    second = await exchange(site, **form)
    before, after = await read(site, first["id_token"]), await read(site, second["id_token"])
    assert {name: before[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: after[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert after["iat"] == before["iat"] + 5
    assert (await exchange(site, status=400, **form))["error"] == "invalid_grant"
    stolen = {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}
    assert (await exchange(site, status=400, **stolen))["error"] == "invalid_grant"


async def test_revocation_and_introspection(site: Site) -> None:
    body = await exchange(site, code=await get_code(site, scope="openid offline_access"))
    other = await Site.open(site.client, protocols=["oidc"])

    async def introspect(who: Site) -> Any:
        form = {"token": body["access_token"]}
        return (await site.http.post("/oidc/introspect", data=form, headers=basic(who))).json()

    told = await introspect(site)
    assert (told["active"], told["sub"], told["client_id"]) == (True, str(site.client.ids["anna"]), site.id)
    assert told["exp"] == NOW + 3600
    assert await introspect(other) == {"active": False}
    assert (await site.http.post("/oidc/introspect", data={"token": "x"})).status_code == 401
    for who, text in ((other, body["refresh_token"]), (site, "unknown")):
        answer = await site.http.post("/oidc/revoke", data={"token": text}, headers=basic(who))
        assert answer.status_code == 200
    assert (await introspect(site))["active"] is True
    form: dict[str, Any] = {"token": body["refresh_token"]}
    assert (await site.http.post("/oidc/revoke", data=form, headers=basic(site))).status_code == 200
    assert await introspect(site) == {"active": False}
    assert (await site.http.post("/oidc/revoke", headers=basic(site))).status_code == 400


async def test_the_app_acts_for_itself(site: Site) -> None:
    token = (await exchange(site, grant_type="client_credentials"))["access_token"]
    answer = await site.http.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401, "it is no person"


async def test_removing_the_app_ends_its_tokens(site: Site) -> None:
    body = await exchange(site, code=await get_code(site, scope="openid offline_access"))
    anna = site.client.ids["anna"]
    await site.client.courtyard.database.write(lambda tx: revoke_consent(tx, anna, site.app.id))
    headers = {"authorization": f"Bearer {body['access_token']}"}
    assert (await site.http.get("/oidc/userinfo", headers=headers)).status_code == 401
    form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]}
    assert (await exchange(site, status=400, **form))["error"] == "invalid_grant"


async def test_keys_rotate_without_a_gap(site: Site) -> None:
    old = (await exchange(site, code=await get_code(site)))["id_token"]
    site.client.courtyard.clock = lambda: NOW + keys.SIGNING_SECONDS
    await keys.rotate_keys(site.client.courtyard)
    assert len((await site.http.get("/oidc/jwks")).json()["keys"]) == 4
    assert (await read(site, old))["iat"] == NOW
