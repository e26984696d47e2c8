"""Lists: users with filters, search, sorting and pages; user groups; the configuration."""

from typing import Any

import pytest

from dvor.cli.cast import PASSWORD
from tests.dialects.conftest import URL
from tests.dialects.webtv.conftest import Integration
from tests.dialects.webtv.test_users import FIELDS


async def names(integration: Integration, **post: Any) -> list[str]:
    answer = await integration.ask("list", **post)
    assert answer["list_total"] == len(answer["list"])
    return [one["login"].partition("@")[0] for one in answer["list"]]


async def test_users_are_listed(integration: Integration) -> None:
    answer = await integration.ask("list")
    assert (answer["list_total_found"], answer["list_total"]) == (8, 8)
    first = answer["list"][0]
    assert list(first) == [*FIELDS, "img_player_logo", "img_player_logo_url", "password"]
    assert first["password"] == ""
    got = (await integration.ask("get", integration.client.ids["anna"]))["data"]
    assert {name: first[name] for name in got} == got


async def test_fields_are_chosen(integration: Integration) -> None:
    [one] = (await integration.ask("list", fields="id, status,password,nonsense", search="anna"))["list"]
    assert one == {"id": str(integration.client.ids["anna"]), "status": "1", "password": ""}
    assert len((await integration.ask("list", fields="*", limit=1, paging=0))["list"][0]) == len(FIELDS) + 3


@pytest.mark.parametrize(
    ("post", "found"),
    [
        ({"search": "анн"}, ["anna"]),
        ({"search": "СОКОЛОВА анна"}, ["anna"]),
        ({"search": "Boris@dvor.example"}, ["boris"]),
        ({"search": "nobody"}, []),
        ({"accessLevelFilter": "1"}, ["anna"]),
        ({"accessLevelFilter": "4"}, []),
        ({"resultsPerPageFilter": "3"}, ["anna", "boris", "clara"]),
        ({"resultsPerPageFilter": "3", "current_page": "2"}, ["dmitri", "elena", "fedor"]),
        ({"resultsPerPageFilter": "3", "current_page": "0"}, ["anna", "boris", "clara"]),
        ({"limit": "2", "paging": "0", "current_page": "9"}, ["anna", "boris"]),
        ({"sortByFilter": "login", "sortDirection": "desc", "limit": "2", "paging": "0"}, ["lev", "grace"]),
        ({"sortByFilter": "name", "limit": "1", "paging": "0"}, ["clara"]),
        ({"statusFilter": "0"}, ["elena"]),
        ({"statusFilter": "2"}, []),
        ({"statusFilter": "11"}, ["boris"]),
        ({"statusFilter": "11", "search": "anna"}, []),
    ],
)
async def test_users_are_filtered_and_sorted(integration: Integration, post, found) -> None:
    await integration.ask("log_in", login="boris@dvor.example", password=PASSWORD)
    await integration.ask("deactivate", integration.client.ids["elena"])
    assert await names(integration, **post) == found


async def test_statuses_add_up(integration: Integration) -> None:
    await integration.ask("log_in", login="boris@dvor.example", password=PASSWORD)
    await integration.ask("deactivate", integration.client.ids["elena"])
    await integration.ask("delete", integration.client.ids["grace"])
    found = {
        status: (await integration.ask("list", statusFilter=status))["list_total_found"]
        for status in ("any", "0", "1", "2", "11", "12")
    }
    assert found == {"any": 7, "0": 1, "1": 6, "2": 0, "11": 1, "12": 6}


@pytest.mark.parametrize(
    ("post", "text"),
    [
        ({"statusFilter": "9"}, "Invalid statusFilter"),
        ({"sortByFilter": "password"}, "Invalid sortByFilter"),
        ({"resultsPerPageFilter": "5001"}, "Invalid resultsPerPageFilter"),
        ({"resultsPerPageFilter": "x"}, "Invalid resultsPerPageFilter"),
        ({"current_page": "-1"}, "Invalid current_page"),
    ],
)
async def test_wrong_filters(integration: Integration, post, text) -> None:
    assert await integration.ask("list", **post) == {"error": "REQUEST_ERROR", "error_long": text}


async def test_user_groups(integration: Integration) -> None:
    boris = integration.client.ids["boris"]
    answer = await integration.ask("create_user_group", " Group 1 ")
    group = answer["id"]
    assert isinstance(group, int)
    assert await integration.ask("create_user_group", "Group 1") == {
        "error": "ERROR",
        "error_long": "Error creating User Group",
    }
    for title in ("", " ", "x" * 101, "a\nb"):
        assert await integration.ask("create_user_group", title) == {
            "error": "REQUEST_ERROR",
            "error_long": "Invalid User Group title",
        }
    for _ in range(2):
        answer = await integration.ask("add_to_user_group", boris, id_user_group=group)
        assert answer == {"ok": "User was added to the User Group successfully"}
    data = (await integration.ask("get", boris))["data"]
    assert data["user_groups"] == [{"id": str(group), "title": "Group 1"}]
    assert await names(integration, userGroupFilter=group) == ["boris"]
    second = (await integration.ask("create_user_group", "Group 2"))["id"]
    listed = await integration.ask("list_user_groups")
    assert listed == {
        "list_total_found": 2,
        "list_total": 2,
        "list": [
            {"id": str(group), "title": "Group 1", "total_users": "1"},
            {"id": str(second), "title": "Group 2", "total_users": "0"},
        ],
    }
    answer = await integration.ask("modify_user_group", second, title="Group 1")
    assert answer["error_long"] == "User Group title already in use"
    assert "ok" in await integration.ask("modify_user_group", second, title="Group 3")
    assert "ok" in await integration.ask("modify", boris, user_groups=second)
    data = (await integration.ask("get", boris))["data"]
    assert data["user_groups"] == [{"id": str(second), "title": "Group 3"}]
    assert "ok" in await integration.ask("remove_from_user_group", boris, id_user_group=second)
    answer = await integration.ask("remove_from_user_group", boris, id_user_group=second)
    assert answer["error_long"] == "User is not in the User Group"
    assert "ok" in await integration.ask("add_to_user_group", boris, id_user_group=group)
    assert await integration.ask("delete_user_group", group) == {"ok": "User Group was deleted successfully"}
    assert (await integration.ask("get", boris))["data"]["user_groups"] == []
    assert (await integration.ask("list_user_groups"))["list_total_found"] == 1


@pytest.mark.parametrize(
    ("do", "iq", "post", "text"),
    [
        ("modify_user_group", "x", {"title": "t"}, "Invalid User Group ID"),
        ("modify_user_group", 999, {"title": "t"}, "User Group not found"),
        ("modify_user_group", 1, {"title": ""}, "Invalid User Group title"),
        ("delete_user_group", 0, {}, "Invalid User Group ID"),
        ("delete_user_group", 999, {}, "User Group not found"),
        ("add_to_user_group", 1, {}, "Missing id_user_group"),
        ("add_to_user_group", 1, {"id_user_group": "x"}, "Invalid id_user_group"),
        ("add_to_user_group", 1, {"id_user_group": "999"}, "User Group not found"),
        ("add_to_user_group", 999, {"id_user_group": "1"}, "User not found"),
        ("add_to_user_group", "x", {"id_user_group": "1"}, "Invalid User ID"),
        ("remove_from_user_group", 1, {"id_user_group": "999"}, "User Group not found"),
    ],
)
async def test_wrong_user_groups(integration: Integration, do, iq, post, text) -> None:
    assert (await integration.ask("create_user_group", "Group 1"))["id"] == 1
    assert await integration.ask(do, iq, **post) == {"error": "REQUEST_ERROR", "error_long": text}


async def test_the_configuration(integration: Integration) -> None:
    data = (await integration.ask("get", go="config"))["data"]
    assert data["base_url"] == f"{URL}/"
    assert data["site_title"] == "Dvor"
    assert all(isinstance(value, str) for value in data.values())


async def test_a_list_of_many_costs_no_more_statements_than_one_of_few(
    integration: Integration, monkeypatch
) -> None:
    counts = []
    for per_page in (2, 8):
        asked: list[object] = []
        real = type(integration.courtyard.database).read

        def read(self, real=real, asked=asked):
            return _Counting(real(self), asked)

        monkeypatch.setattr(type(integration.courtyard.database), "read", read)
        await integration.ask("list", resultsPerPageFilter=per_page)
        monkeypatch.undo()
        counts.append(len(asked))
    assert counts[0] == counts[1] > 3


class _Counting:
    """A snapshot that notes what it is asked."""

    def __init__(self, inner: Any, asked: list[object]) -> None:
        self.inner, self.asked = inner, asked

    async def __aenter__(self) -> Any:
        tx = await self.inner.__aenter__()
        outer = self

        class Noting:
            def __getattr__(self, name: str) -> Any:
                if name in ("rows", "row", "value"):
                    outer.asked.append(name)
                return getattr(tx, name)

        return Noting()

    async def __aexit__(self, *error: Any) -> Any:
        return await self.inner.__aexit__(*error)
