"""dvor-connect, which knows WS.WebTV's sites, logs people in at a running community by the server API."""

import ssl

import httpx
import pytest

from dvor_connect import App, Connection, errors, network
from tests.serving import Serving


def test_dvor_connect_logs_people_in(demo: Serving) -> None:
    credential, user = demo.facts["credential"], demo.facts["user"]
    here = network("webtv", site=demo.url)
    trusting = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=demo.authority))
    app = App(network=here, id=credential["key_id"], secret=credential["secret"])
    with Connection(app, key="a key for the site's tickets", transport=trusting) as connection:
        profile = connection.log_in_with_password(user["login"], user["password"]).info.profile
        assert (profile.id, profile.email, profile.first_name) == (str(user["id"]), user["login"], "Анна")
        assert profile.birth_date == "1990-04-12"
        with pytest.raises(errors.WrongPassword):
            connection.log_in_with_password(user["login"], "wrong")
        with pytest.raises(errors.SecondFactorNeeded):
            connection.log_in_with_password("lev@dvor.example", user["password"])
