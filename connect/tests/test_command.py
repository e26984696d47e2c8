"""The command dvor-connect: trying a log-in, the OpenAPI file, the page of fields."""

import json
import re
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
import schemathesis

from connect.tests.replay import recorded
from dvor_connect import known_networks, network, user_info_fields
from dvor_connect.cli import main, make_parser, try_network
from dvor_connect.networks import UnknownNetwork, read_network
from dvor_connect.openapi import PROFILE, write_openapi
from dvor_connect.people import Profile
from dvor_connect.table import write_table

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> int:
    """A free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def visit(port: int, state: str, parameters: dict[str, str]) -> None:
    """Be the browser that comes back, after asking for something else as browsers do."""
    with (
        socket.create_connection(("127.0.0.1", port)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        http.get("/favicon.ico")
        http.get("/callback", params={"state": state, **parameters})


def run_and_visit(port: int, arguments: list[str], parameters: dict[str, str]) -> tuple[int, str]:
    """Run `try` and come back with the state that it has printed."""
    told: list[str] = []

    def come() -> None:
        deadline = time.monotonic() + 10
        while not (found := re.search(r"state=([\w-]+)", "".join(told))):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        visit(port, found[1], parameters)

    thread = threading.Thread(target=come)
    thread.start()
    more = ["--port", str(port), "--no-browser", "--seconds", "10"]
    code = try_network(make_parser().parse_args(["try", *arguments, *more]), told.append)
    thread.join()
    return code, "\n".join(told)


def test_trying_a_log_in_prints_the_profile(replay, port, monkeypatch) -> None:
    replay.says("/access_token", "vk/access_token")
    replay.says("/method/users.get", "vk/users.get")
    monkeypatch.setenv("DVOR_CONNECT_SECRET", "FROM-ENVIRONMENT")
    code, told = run_and_visit(port, ["vk", "--site", replay.site, "--app-id", "7"], {"code": "C"})
    assert code == 0
    assert f"http://localhost:{port}/callback" in told
    assert re.search(r"^city\.title +text +Los Angeles$", told, re.MULTILINE)
    assert re.search(r"^is_closed +yes-no +no$", told, re.MULTILINE)
    assert re.search(r"^email +lindsey@example\.com$", told, re.MULTILINE)
    assert replay.last("/access_token").form["client_secret"] == "FROM-ENVIRONMENT"
    assert "533bacf01e11f55b" not in told, "the token is not shown"


def test_trying_tells_what_to_look_at(replay, port) -> None:
    replay.says("/access_token", "vk/access_token.secret")
    code, told = run_and_visit(port, ["vk", "--site", replay.site, "--app-id", "7"], {"code": "C"})
    assert (code, "WrongSecret" in told, "--app-id" in told) == (1, True, True)


def test_nobody_comes(replay, port, capsys) -> None:
    assert (
        main(["try", "vk", "--site", replay.site, "--port", str(port), "--no-browser", "--seconds", "0.3"])
        == 1
    )
    assert "nobody came back" in capsys.readouterr().out


def test_trying_by_password_and_by_number(replay, capsys, monkeypatch) -> None:
    replay.says("/token", "openvk/token.need_validation", "openvk/token")
    replay.says("/method/Users.get", "openvk/users.get")
    answers = iter(["user2@example.com", "123456"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda _: "password")
    assert main(["try", "openvk", "--site", replay.site, "--password"]) == 0
    assert replay.last("/token").form["code"] == "123456"
    replay.says("/api.php", "webtv/users.get")
    assert (
        main(["try", "webtv", "--site", replay.site, "--app-id", "K", "--secret", "S", "--user-id", "1"]) == 0
    )
    assert "sampleemail@domain.ext" in capsys.readouterr().out


def test_mistakes_are_told(capsys) -> None:
    assert main(["try", "myspace"]) == 2
    assert main(["openapi", "openvk", "--url", "https://club.example"]) == 2
    assert "site=" in capsys.readouterr().err


def test_listing_networks(capsys) -> None:
    assert main(["networks"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(known_networks())


def test_openapi_describes_two_calls_for_each_network(capsys) -> None:
    sites = [f"{key}=https://{key}.example" for key in known_networks() if key not in ("vk", "vkid")]
    assert main(["openapi", "vk", "vkid", *sites, "--url", "https://club.example"]) == 0
    document = json.loads(capsys.readouterr().out)
    schemathesis.openapi.from_dict(document).validate()
    assert document["servers"] == [{"url": "https://club.example"}]
    for key in known_networks():
        calls = document["paths"][f"/login/{key}/user-info"]
        assert [calls[one]["operationId"] for one in ("get", "post")] == [
            f"{key}_get_user_info_data",
            f"{key}_get_user_info_action",
        ]
    flow = document["components"]["securitySchemes"]["vk"]["flows"]["authorizationCode"]
    assert flow["tokenUrl"] == "https://oauth.vk.ru/access_token"
    properties = document["components"]["schemas"]["UserInfo"]["properties"]
    assert properties["city"]["properties"]["id"] == {
        "type": "number",
        "nullable": True,
        "description": "The city ID.",
    }
    assert properties["is_closed"]["type"] == "boolean"


def test_the_answers_are_as_the_document_says(connect, replay) -> None:
    import jsonschema

    from dvor_connect.site import write_info

    replay.says("/method/users.get", "vk/users.get")
    vk = network("vk", site=replay.site)
    schema = write_openapi([vk], "https://club.example")["components"]["schemas"]["UserInfo"]
    text = re.sub(r'"type": "(\w+)", "nullable": true', r'"type": ["\1", "null"]', json.dumps(schema))
    told = write_info(connect(vk).get_user_info("T"))
    jsonschema.validate(told, json.loads(text))
    assert set(told) == set(schema["properties"])
    assert set(PROFILE) == set(Profile.__struct_fields__) == set(told["profile"])


def test_the_page_of_fields_is_up_to_date() -> None:
    page = (ROOT / "docs" / "guide" / "connect-networks.md").read_text("utf-8")
    assert page == write_table(), "run `make docs`"
    assert page.count("\n| `") >= len(user_info_fields())


def test_a_network_of_ones_own(tmp_path, connect, replay) -> None:
    text = (ROOT / "connect/src/dvor_connect/networks/vk.toml").read_text("utf-8")
    own = tmp_path / "mine.toml"
    own.write_text(text.replace('key = "vk"', 'key = "mine"').replace("https://api.vk.ru", replay.site))
    replay.says("/method/users.get", recorded("vk/users.get"))
    assert connect(read_network(own)).get_user_info("T").profile.network == "mine"
    own.write_text(text.replace("https://api.vk.ru", "http://api.vk.ru"))
    with pytest.raises(UnknownNetwork):
        read_network(own)
