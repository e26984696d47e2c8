"""Authorizations: asked once, answered once, redeemed once, and only by the right app, address and verifier."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvor.core import apps, authorizations, consents, grants, tokens
from dvor.core.accounts import change_password, create_account
from dvor.core.authorizations import Asked
from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.apps import App, NewApp
from dvor.model.authorizations import AuthorizationRequest, Grant, make_challenge, proves
from dvor.model.errors import CodeInvalid, RedirectMismatch, Refusal, RequestExpired, VerifierMismatch
from dvor.model.tokens import OpenIdScope, Scope
from dvor.model.users import NewUser
from dvor.store.authorizations import find_code
from tests.core.conftest import NOW, Clock, Settle

BACK = "https://site.example/back"
VERIFIER = "v" * 43
ALL = frozenset({"vk", "vkid", "oidc", "sngine"})
Allow = Callable[..., Awaitable[str]]


@pytest.fixture
async def app(courtyard: Courtyard, settle: Settle) -> App:
    """An app of the first user."""
    (owner,) = await settle({})
    site = NewApp(title="Site", website="https://site.example", redirect_uris=[BACK])
    return await apps.create_app(courtyard, owner, site, is_confirmed=True)


async def answered(
    courtyard: Courtyard, app: App, user_id: int, *, protocol: str = "vk", scope: int = int(Scope.WALL)
) -> AuthorizationRequest:
    """Ask, allow, and take the answer."""
    asked = Asked(
        app=app, protocol=protocol, door="/door", redirect_uri=BACK, scope=scope, parameters={"state": "s"}
    )
    request_id = await authorizations.begin_request(courtyard, asked)
    path = await authorizations.answer_request(
        courtyard, request_id, "allowed", user_id=user_id, granted=scope, authenticated_at=NOW
    )
    door, _, ticket = path.partition("?ticket=")
    assert door == "/door"
    return await authorizations.take_answer(courtyard, ticket, [protocol])


@pytest.fixture
def allow(courtyard: Courtyard, app: App) -> Allow:
    """Let a user allow the app something; return the code."""

    async def run(user_id: int, *, challenge: str = "", **more: Any) -> str:
        request = await answered(courtyard, app, user_id, **more)
        return await authorizations.issue_code(courtyard, request, challenge=challenge)

    return run


async def redeem(courtyard: Courtyard, app: App, code: str, **more: Any) -> Grant:
    values: dict[str, Any] = {"protocols": ALL, "redirect_uri": BACK} | more
    return await grants.redeem_code(courtyard, app, code, **values)


async def holder(courtyard: Courtyard, text: str) -> int | None:
    """Return whose access token this is."""
    async with courtyard.database.read() as tx:
        caller = await tokens.identify(tx, text, courtyard.now, protocols=ALL)
    return caller.user_id if caller is not None else None


async def test_a_code_becomes_a_token(courtyard: Courtyard, app: App, allow: Allow) -> None:
    code = await allow(app.owner_id)
    grant = await redeem(courtyard, app, code)
    assert (grant.user_id, grant.scope, grant.lifetime, grant.refresh_token) == (
        app.owner_id,
        Scope.WALL,
        86400,
        "",
    )
    assert grant.parameters == {"state": "s"}
    async with courtyard.database.read() as tx:
        caller = await tokens.identify(tx, grant.access_token, NOW)
        assert caller is not None
        assert (caller.app_id, caller.protocol, caller.scope) == (app.id, "vk", Scope.WALL)
        days = await apps.list_app_days(tx, app.id, NOW)
    assert (days[-1].log_ins, days[-1].new_users) == (1, 1)


async def test_a_code_that_comes_twice_kills_its_tokens(courtyard: Courtyard, app: App, allow: Allow) -> None:
    other = await redeem(courtyard, app, await allow(app.owner_id))
    code = await allow(app.owner_id, protocol="vkid")
    grant = await redeem(courtyard, app, code)
    with pytest.raises(CodeInvalid):
        await redeem(courtyard, app, code)
    assert await holder(courtyard, grant.access_token) is None
    with pytest.raises(CodeInvalid):
        await grants.refresh_grant(courtyard, app, grant.refresh_token, protocols=ALL)
    assert await holder(courtyard, other.access_token) == app.owner_id, "another log-in goes on"


async def test_a_code_expires(courtyard: Courtyard, app: App, allow: Allow, clock: Clock) -> None:
    code = await allow(app.owner_id)
    clock.now += 600
    with pytest.raises(CodeInvalid):
        await redeem(courtyard, app, code)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_only_the_right_one_redeems_and_once(
    courtyard: Courtyard, app: App, allow: Allow, data: st.DataObject
) -> None:
    """However many attempts are made in whatever order, the first wholly right one wins, and none after it."""
    other = msgspec.structs.replace(app, id=app.id + 1)
    has_challenge = data.draw(st.booleans())
    challenge = make_challenge(VERIFIER) if has_challenge else ""
    code = await allow(app.owner_id, challenge=challenge, protocol="vkid")
    attempts = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from([app, other]),
                st.sampled_from([code, code[:-1], code + "x", ""]),
                st.sampled_from([BACK, BACK + "/", ""]),
                st.sampled_from([VERIFIER, "v" * 44, "V" * 43, ""]),
                st.sampled_from([ALL, frozenset({"vk"})]),
            ),
            max_size=6,
        )
    )
    right = (app, code, BACK, VERIFIER if has_challenge else "", ALL)
    is_used = False
    for attempt in [*attempts, right]:
        by, text, address, verifier, protocols = attempt
        try:
            grant = await redeem(
                courtyard, by, text, redirect_uri=address, verifier=verifier, protocols=protocols
            )
        except Refusal:
            assert attempt != right or is_used
        else:
            assert attempt == right
            assert not is_used
            assert await holder(courtyard, grant.access_token) == app.owner_id
            is_used = True
    assert is_used


async def test_refusals_say_what_does_not_fit(courtyard: Courtyard, app: App, allow: Allow) -> None:
    code = await allow(app.owner_id, challenge=make_challenge(VERIFIER))
    with pytest.raises(RedirectMismatch):
        await redeem(courtyard, app, code, redirect_uri="https://site.example/", verifier=VERIFIER)
    for wrong in ("", "w" * 43):
        with pytest.raises(VerifierMismatch):
            await redeem(courtyard, app, code, verifier=wrong)
    with pytest.raises(CodeInvalid):
        await redeem(courtyard, app, code, verifier=VERIFIER, parameters={"state": "another"})
    assert (await redeem(courtyard, app, code, verifier=VERIFIER, parameters={"state": "s"})).user_id
    plain = await allow(app.owner_id)
    with pytest.raises(
        VerifierMismatch
    ):  # a verifier without a challenge: the challenge was taken out on the way
        await redeem(courtyard, app, plain, verifier=VERIFIER)


@given(verifier=st.text(alphabet="abcXYZ019._~-", min_size=1, max_size=140))
def test_a_verifier_proves_its_own_challenge_only(verifier: str) -> None:
    assert proves(make_challenge(verifier), verifier) is (43 <= len(verifier) <= 128)
    assert not proves(make_challenge(verifier + "x"), verifier)
    assert not proves(verifier, verifier), "plain challenges are not taken"


async def test_refresh_tokens_rotate(courtyard: Courtyard, app: App, allow: Allow, clock: Clock) -> None:
    first = await redeem(courtyard, app, await allow(app.owner_id, protocol="vkid"))
    second = await grants.refresh_grant(courtyard, app, first.refresh_token, protocols=ALL)
    third = await grants.refresh_grant(courtyard, app, second.refresh_token, protocols=ALL)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert await holder(courtyard, third.access_token) == app.owner_id
    stranger = msgspec.structs.replace(app, id=app.id + 1)
    with pytest.raises(CodeInvalid):
        await grants.refresh_grant(courtyard, stranger, third.refresh_token, protocols=ALL)
    with pytest.raises(CodeInvalid):  # stolen or not, it was used
        await grants.refresh_grant(courtyard, app, first.refresh_token, protocols=ALL)
    assert await holder(courtyard, third.access_token) is None, "the whole family is dead"
    with pytest.raises(CodeInvalid):
        await grants.refresh_grant(courtyard, app, third.refresh_token, protocols=ALL)


async def test_a_refreshed_scope_only_shrinks(courtyard: Courtyard, app: App, allow: Allow) -> None:
    scope = OpenIdScope.OPENID | OpenIdScope.EMAIL | OpenIdScope.OFFLINE_ACCESS
    first = await redeem(courtyard, app, await allow(app.owner_id, protocol="oidc", scope=int(scope)))
    narrower = int(OpenIdScope.OPENID)
    second = await grants.refresh_grant(courtyard, app, first.refresh_token, protocols=ALL, scope=narrower)
    assert second.scope == narrower
    with pytest.raises(CodeInvalid):
        await grants.refresh_grant(
            courtyard, app, second.refresh_token, protocols=ALL, scope=int(scope | OpenIdScope.PHONE)
        )
    third = await grants.refresh_grant(courtyard, app, second.refresh_token, protocols=ALL)
    assert third.scope == scope, "what was granted may be asked for again"


async def test_an_answer_is_given_and_taken_once(courtyard: Courtyard, app: App, clock: Clock) -> None:
    asked = Asked(app=app, protocol="vk", door="/door", redirect_uri=BACK, scope=6, parameters={})
    request_id = await authorizations.begin_request(courtyard, asked)
    path = await authorizations.answer_request(
        courtyard, request_id, "allowed", user_id=app.owner_id, granted=2 | 8192
    )
    ticket = path.partition("=")[2]
    assert ticket != request_id
    for wrong in (request_id, ticket[:-1], ""):
        with pytest.raises(RequestExpired):
            await authorizations.take_answer(courtyard, wrong, ["vk"])
    with pytest.raises(RequestExpired):
        await authorizations.answer_request(courtyard, request_id, "allowed", user_id=app.owner_id)
    with pytest.raises(RequestExpired):
        await authorizations.take_answer(courtyard, ticket, ["oidc"])
    request = await authorizations.take_answer(courtyard, ticket, ["vk"])
    assert request.granted == 2, "no more than was asked for"
    with pytest.raises(RequestExpired):
        await authorizations.take_answer(courtyard, ticket, ["vk"])


async def test_requests_and_tickets_expire(courtyard: Courtyard, app: App, clock: Clock) -> None:
    asked = Asked(app=app, protocol="vk", door="/door", redirect_uri=BACK, scope=0, parameters={})
    slow = await authorizations.begin_request(courtyard, asked)
    clock.now += 3600
    with pytest.raises(RequestExpired):
        await authorizations.answer_request(courtyard, slow, "denied")
    second = await authorizations.begin_request(courtyard, asked)
    path = await authorizations.answer_request(courtyard, second, "denied")
    clock.now += 60
    with pytest.raises(RequestExpired):
        await authorizations.take_answer(courtyard, path.partition("=")[2], ["vk"])


async def test_consent_is_remembered_until_more_is_wanted(courtyard: Courtyard, app: App) -> None:
    def asked(scope: int, **more: Any) -> AuthorizationRequest:
        values: dict[str, Any] = {
            "request_hash": b"",
            "app_id": app.id,
            "protocol": "vk",
            "door": "",
            "redirect_uri": BACK,
            "scope": scope,
            "prompt": "",
            "max_age": -1,
            "parameters": {},
            "created_at": NOW,
            "expires_at": NOW,
            "outcome": "",
            "user_id": 0,
            "granted": 0,
            "authenticated_at": 0,
            "ticket_hash": None,
        }
        return AuthorizationRequest(**values | more)

    async def knows(request: AuthorizationRequest) -> bool:
        async with courtyard.database.read() as tx:
            return await authorizations.is_consented(tx, request, app.owner_id)

    assert not await knows(asked(2))
    await answered(courtyard, app, app.owner_id, scope=6)
    assert await knows(asked(6))
    assert await knows(asked(2))
    assert not await knows(asked(6 | 8192))
    assert not await knows(asked(2, prompt="login consent"))
    assert not await knows(asked(2, protocol="oidc"))
    assert not await knows(asked(2, redirect_uri="https://other.example/back"))


async def test_removing_an_app_kills_all_it_has(courtyard: Courtyard, app: App, allow: Allow, settle) -> None:
    (boris,) = await settle({})
    his = await redeem(courtyard, app, await allow(boris))
    hers = await redeem(courtyard, app, await allow(app.owner_id, protocol="vkid"))
    waiting = await allow(app.owner_id)
    own = await tokens.issue_token(courtyard, app.owner_id)
    courtyard.touches.use_token(hash_secret(hers.access_token), NOW + 5, app.id)
    await courtyard.touches.flush()
    async with courtyard.database.read() as tx:
        [use] = await consents.list_apps_in_use(tx, app.owner_id)
    assert (use.app.id, use.used_at) == (app.id, NOW + 5)
    assert [one.protocol for one in use.consents] == ["vk", "vkid"]
    remove = lambda tx: consents.revoke_consent(tx, app.owner_id, app.id)  # noqa: E731
    assert await courtyard.database.write(remove)
    assert not await courtyard.database.write(remove)
    assert await holder(courtyard, hers.access_token) is None
    with pytest.raises(CodeInvalid):
        await grants.refresh_grant(courtyard, app, hers.refresh_token, protocols=ALL)
    with pytest.raises(CodeInvalid):
        await redeem(courtyard, app, waiting)
    assert await holder(courtyard, own) == app.owner_id
    assert await holder(courtyard, his.access_token) == boris
    await courtyard.database.write(lambda tx: apps.remove_app(tx, app.owner_id, app.id))
    assert await holder(courtyard, his.access_token) is None


async def test_an_answer_on_its_way_is_worth_nothing_once_the_app_is_removed(
    courtyard: Courtyard, app: App
) -> None:
    request = await answered(courtyard, app, app.owner_id)
    await courtyard.database.write(lambda tx: consents.revoke_consent(tx, app.owner_id, app.id))
    with pytest.raises(RequestExpired):
        await authorizations.issue_code(courtyard, request)
    with pytest.raises(RequestExpired):
        await grants.grant_directly(courtyard, request, app)


async def test_a_consent_can_become_narrower(courtyard: Courtyard, app: App) -> None:
    await answered(courtyard, app, app.owner_id, scope=2 | 8192)
    asked = Asked(app=app, protocol="vk", door="/door", redirect_uri=BACK, scope=2 | 4, parameters={})
    request_id = await authorizations.begin_request(courtyard, asked)
    await authorizations.answer_request(courtyard, request_id, "allowed", user_id=app.owner_id, granted=4)
    async with courtyard.database.read() as tx:
        kept = await consents.find_consents(tx, app.owner_id, app.id)
    assert kept["vk"].scope == 4 | 8192


async def test_a_new_password_ends_what_apps_have(courtyard: Courtyard, app: App, allow: Allow) -> None:
    user = NewUser(first_name="Anna", last_name="X")
    anna = await create_account(courtyard, user, "anna@dvor.example", "old password")
    grant = await redeem(courtyard, app, await allow(anna, protocol="vkid"))
    waiting = await allow(anna)
    await change_password(courtyard, anna, "new password")
    assert await holder(courtyard, grant.access_token) is None
    for attempt in (
        redeem(courtyard, app, waiting),
        grants.refresh_grant(courtyard, app, grant.refresh_token, protocols=ALL),
    ):
        with pytest.raises(CodeInvalid):
            await attempt


async def test_sngine_has_one_key_and_one_token(courtyard: Courtyard, app: App, allow: Allow) -> None:
    async def take(code: str) -> Grant:
        return await redeem(courtyard, app, code, redirect_uri=None, protocols=["sngine"])

    older = await allow(app.owner_id, protocol="sngine", scope=0)
    newer = await allow(app.owner_id, protocol="sngine", scope=0)
    with pytest.raises(CodeInvalid):
        await take(older)
    first = await take(newer)
    assert len(first.access_token) == len(newer) == 32
    assert int(first.access_token, 16)
    second = await take(await allow(app.owner_id, protocol="sngine", scope=0))
    assert await holder(courtyard, first.access_token) is None
    assert await holder(courtyard, second.access_token) == app.owner_id
    async with courtyard.database.read() as tx:
        assert await tokens.identify(tx, second.access_token, NOW) is None, "it opens no methods"


async def test_revocation_by_text(courtyard: Courtyard, app: App, allow: Allow) -> None:
    stranger = msgspec.structs.replace(app, id=app.id + 1)
    grant = await redeem(courtyard, app, await allow(app.owner_id, protocol="vkid"))
    service = await grants.grant_service_token(courtyard, app, "vk", 60)
    for text in (grant.access_token, grant.refresh_token, service, "nonsense"):
        await grants.revoke_by_text(courtyard, stranger, text)
    assert await holder(courtyard, grant.access_token) == app.owner_id
    await grants.revoke_by_text(courtyard, app, service)
    assert await holder(courtyard, service) is None
    await grants.revoke_by_text(courtyard, app, grant.refresh_token)
    assert await holder(courtyard, grant.access_token) is None


async def test_what_is_long_expired_is_forgotten(
    courtyard: Courtyard, app: App, allow: Allow, clock: Clock
) -> None:
    code = await allow(app.owner_id)
    clock.now += 600 + 86400 - 1
    await authorizations.prune_authorizations(courtyard)

    async def kept(tx: Any) -> bool:
        return await find_code(tx, hash_secret(code)) is not None

    assert await courtyard.database.write(kept)
    clock.now += 2
    await authorizations.prune_authorizations(courtyard)
    assert not await courtyard.database.write(kept)
