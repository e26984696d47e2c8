"""Keeping people in a database: SQLite with the store that blocks, PostgreSQL with the one that does not, and Django."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from connect.tests.conftest import KEY, Blocking
from connect.tests.sites import DjangoStore, empty_django
from dvor_connect import App, AsyncConnection, Connection, LoggedIn, Profile, Tokens, UserInfo, network
from dvor_connect.errors import TokenExpired
from dvor_connect.saving.identities import AlreadyLinked
from dvor_connect.saving.keeping import Unknown
from dvor_connect.saving.sqlalchemy import AsyncStore, Store
from dvor_connect.saving.vault import Vault, VaultLocked
from tests.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL."""
    server = PostgreSQL(fsync=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()


_names = iter(range(1000))


@pytest.fixture(params=["sqlite", "django", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def make_store(request, tmp_path, tmp_path_factory, loop) -> Any:
    """Make stores of one database."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/site.db", poolclass=NullPool)
        return lambda *keys, **more: Store(engine, keys or KEY, **more)
    if request.param == "django":
        empty_django(tmp_path_factory.mktemp("django"))
        return lambda *keys, **more: DjangoStore(keys or KEY, **more)
    url = request.getfixturevalue("postgresql").create_database(f"connect_{next(_names)}")
    later = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    return lambda *keys, **more: Blocking(AsyncStore(later, keys or KEY, **more), loop)


@pytest.fixture
def store(make_store) -> Any:
    """An empty store."""
    made = make_store()
    made.create_tables()
    return made


def person(
    user_id: str = "1",
    key: str = "vk",
    *,
    email: str | None = None,
    verified: bool | None = None,
    **more: Any,
) -> LoggedIn:
    profile = Profile(
        network=key,
        id=user_id,
        name="Anna K",
        first_name="Anna",
        last_name="K",
        email=email,
        is_email_verified=verified,
    )
    info = UserInfo(data={"id": user_id, "counters.friends": 3}, profile=profile, raw={"id": int(user_id)})
    return LoggedIn(network=key, tokens=Tokens(access_token="ACCESS", user_id=user_id, **more), info=info)


def test_a_person_is_saved_once_and_found(store) -> None:
    first = store.save(person(email="anna@example.com"))
    assert (first.is_new_account, first.is_new_identity) == (True, True)
    again = store.save(person(email="anna@example.com"))
    assert (again.account_id, again.is_new_account, again.is_new_identity) == (first.account_id, False, False)
    found = store.find("vk", "1")
    assert found.profile.email == "anna@example.com"
    assert found.info == {"id": "1", "counters.friends": 3}
    assert found.user_info().raw == {"id": 1}
    assert store.find("vk", "2") is None
    assert b"ACCESS" not in found.tokens


def test_the_same_number_at_another_network_is_another_person(store) -> None:
    assert store.save(person("1", "vk")).account_id != store.save(person("1", "sngine")).account_id


def test_who_is_logged_in_links_further_networks(store) -> None:
    mine = store.save(person("1", "vk")).account_id
    linked = store.save(person("9", "sngine"), mine)
    assert (linked.account_id, linked.is_new_account) == (mine, False)
    assert {one.network for one in store.list_of_account(mine)} == {"vk", "sngine"}
    other = store.save(person("2", "vk")).account_id
    with pytest.raises(AlreadyLinked):
        store.save(person("9", "sngine"), other)
    assert store.forget(mine) == 2
    assert store.find("vk", "1") is None


@pytest.mark.parametrize(
    ("kept", "comes", "is_linked"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, False),
        (False, True, False),
        (None, True, False),
    ],
)
def test_only_an_email_that_both_have_verified_links(make_store, kept, comes, is_linked) -> None:
    store = make_store(link_by_verified_email=True)
    store.create_tables()
    owner = store.save(person("1", "oidc", email="Anna@example.com", verified=kept))
    comer = store.save(person("2", "vk", email="anna@EXAMPLE.com", verified=comes))
    assert (comer.account_id == owner.account_id) is is_linked
    assert comer.is_new_account is not is_linked


def test_by_default_no_email_links(store) -> None:
    owner = store.save(person("1", "oidc", email="anna@example.com", verified=True))
    assert (
        store.save(person("2", "vk", email="anna@example.com", verified=True)).account_id != owner.account_id
    )


def test_newer_information_keeps_the_email_of_the_log_in_and_the_tokens(store) -> None:
    store.save(person(email="anna@example.com"))
    newer = msgspec.structs.replace(person().info, data={"id": "1", "counters.friends": 4})
    kept = store.save_info("vk", newer)
    assert (kept.profile.email, kept.info["counters.friends"]) == ("anna@example.com", 4)
    assert store.find("vk", "1") == kept
    with pytest.raises(Unknown):
        store.save_info("vk", person("77").info)


def test_many_first_log_ins_at_once_make_one_account(store) -> None:
    with ThreadPoolExecutor(8) as threads:
        saved = list(threads.map(lambda _: store.save(person()), range(8)))
    assert len({one.account_id for one in saved}) == 1
    assert sum(one.is_new_account for one in saved) == 1


def test_keys_can_be_changed(make_store) -> None:
    make_store().create_tables()
    make_store().save(person())
    newer = make_store("a newer key of the site", KEY)
    offline = Connection(App(network=network("vk")), key=KEY)
    kept = newer.find("vk", "1").tokens
    assert Vault(["a newer key of the site", KEY]).open(kept).access_token == "ACCESS"
    with pytest.raises(VaultLocked):
        Vault("a newer key of the site").open(kept)
    offline.close()


@pytest.fixture
def vkid(replay, make_store, loop) -> Any:
    replay.says("/oauth2/auth", "vkid/refresh")
    app = App(network=network("vkid", site=replay.site), id="7")
    connection = (
        Connection(app, key=KEY)
        if isinstance(make_store(), Store | DjangoStore)
        else AsyncConnection(app, key=KEY)
    )
    yield connection
    if isinstance(connection, Connection):
        connection.close()
    else:
        Blocking(connection, loop).close()


def ending(**more: Any) -> LoggedIn:
    return person("1234567890", "vkid", refresh_token="REFRESH", expires_at=int(time.time()) + 10, **more)


def test_tokens_are_refreshed_before_they_end_by_one_worker_only(store, vkid, replay) -> None:
    store.save(ending())
    asked = threading.Barrier(4)

    def ask(_: int) -> str:
        asked.wait()
        token: str = store.fresh_tokens(vkid, "1234567890").access_token
        return token

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(ask, range(4))) == {"ACCESS-2"}
    assert len(replay.heard) == 1, "a refresh token is good once"
    assert store.fresh_tokens(vkid, "1234567890").refresh_token == "REFRESH-2"


def test_a_refused_refresh_leaves_the_tokens_and_the_way_free(store, vkid, replay) -> None:
    store.save(ending())
    replay.says("/oauth2/auth", "vkid/invalid_grant", "vkid/refresh")
    with pytest.raises(TokenExpired):
        store.fresh_tokens(vkid, "1234567890")
    assert store.fresh_tokens(vkid, "1234567890").access_token == "ACCESS-2"


def test_a_site_brings_its_own_accounts(tmp_path) -> None:
    class Members:
        def create(self, tx: Any, profile: Profile) -> str:
            tx.execute(text("INSERT INTO member (name) VALUES (:name)"), {"name": profile.name})
            return f"member-{tx.scalar(text('SELECT max(id) FROM member'))}"

        def find_by_verified_email(self, tx: Any, email: str) -> str | None:
            found: str | None = tx.scalar(
                text("SELECT id FROM member WHERE email = :email"), {"email": email}
            )
            return found and f"member-{found}"

    engine = create_engine(f"sqlite:///{tmp_path}/own.db", poolclass=NullPool)
    with engine.begin() as tx:
        tx.execute(text("CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, email TEXT)"))
        tx.execute(text("INSERT INTO member (name, email) VALUES ('Old', 'old@example.com')"))
    store = Store(engine, KEY, Members(), link_by_verified_email=True)
    store.create_tables()
    assert store.save(person("1")).account_id == "member-2"
    assert store.save(person("5", email="old@example.com", verified=True)).account_id == "member-1"


def test_looking_up_takes_one_statement(tmp_path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/site.db", poolclass=NullPool)
    store = Store(engine, KEY)
    store.create_tables()
    account_id = store.save(person()).account_id
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert store.find("vk", "1") in store.list_of_account(account_id)
    assert len(statements) == 2
