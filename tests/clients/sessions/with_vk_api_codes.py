"""vk_api 11: the code flow of an app, and the token that stands for the app itself."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
import vk_api
from facts import BASE_URL, USER_ID
from person import APP_ID, CALLBACK, SECRET, allow
from requests.adapters import HTTPAdapter

vk_api.VkApi.RPS_DELAY = 0  # it waits a third of a second between calls; Dvor does not ask for that


class ToDvor(HTTPAdapter):
    """Sends what is meant for VK's hosts, which are literals in vk_api, to Dvor."""

    def send(self, request: requests.PreparedRequest, *rest: object, **options: object) -> requests.Response:
        request.url = BASE_URL + request.path_url
        return super().send(request, *rest, **options)  # type: ignore[arg-type]


session = requests.Session()
session.mount("https://", ToDvor())
asked = {"client_id": APP_ID, "redirect_uri": CALLBACK, "scope": "wall,offline,email", "v": "5.199"}
back = allow(f"{BASE_URL}/authorize?{urlencode(asked)}")
code = dict(parse_qsl(urlsplit(back).query))["code"]
person = vk_api.VkApi(app_id=int(APP_ID), client_secret=SECRET, session=session)
person.code_auth(code, CALLBACK)
assert person.token["user_id"] == USER_ID
assert person.token["expires_in"] == 0, "offline was asked for"
[me] = person.get_api().users.get()
assert (me["id"], me["email"]) == (USER_ID, "anna@dvor.example")
assert person.get_api().wall.post(message="from an app")["post_id"]
try:
    person.get_api().friends.add(user_id=2)
except vk_api.exceptions.ApiError as error:
    assert error.code == 7, error
else:
    raise AssertionError("a right was used that nobody has given")
try:
    vk_api.VkApi(app_id=int(APP_ID), client_secret=SECRET, session=session).code_auth(code, CALLBACK)
except vk_api.exceptions.AuthError:
    pass
else:
    raise AssertionError("a code was taken twice")
try:
    person.get_api().users.get()
except vk_api.exceptions.ApiError as error:
    assert error.code == 5, error
else:
    raise AssertionError("the code came twice, and its token lives")

app = vk_api.VkApi(app_id=int(APP_ID), client_secret=SECRET, session=session)
app.server_auth()
assert app.get_api().users.get(user_ids=USER_ID)[0]["id"] == USER_ID
print("all is well")
