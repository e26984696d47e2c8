"""What clients do about errors: a captcha (14) before status.set, too many calls (6) every other time at status.get."""

import asyncio

import aiovk
import captcha
import simplevk.bot.api
import to_dvor
import vk
import vk_api
import vk_requests
import vkbottle
from facts import BASE_URL, TOKEN
from vk_requests.session import VKSession

assert to_dvor.HOSTS
METHODS = f"{BASE_URL}/method/"
vk_api.VkApi.RPS_DELAY = 0
vk.API.API_URL = VKSession.API_URL = aiovk.TokenSession.REQUEST_URL = vkbottle.API.API_URL = METHODS


class Vk(vk.session.API):
    """vk, with somebody who reads captchas."""

    def get_captcha_key(self, api_error: vk.exceptions.VkAPIError) -> str:
        return captcha.read(api_error.captcha_img)


class Aiovk(aiovk.TokenSession):
    """aiovk, the same."""

    async def enter_captcha(self, url: str, sid: str) -> str:
        assert sid in url
        return await asyncio.to_thread(captcha.read, url)


class VkRequests(VKSession):
    """vk-requests, the same."""

    def get_captcha_key(self, captcha_image_url: str) -> str:
        return captcha.read(captcha_image_url)


def try_vk_api() -> None:
    """vk_api waits and asks again by itself; a captcha goes to its handler."""
    handler = lambda asked: asked.try_again(captcha.read(asked.get_url()))  # noqa: E731
    api = vk_api.VkApi(token=TOKEN, captcha_handler=handler).get_api()
    assert api.status.set(text="vk_api was here") == 1
    assert api.status.get()["text"] == "vk_api was here"
    try:
        vk_api.VkApi(token=TOKEN).get_api().status.set(text="nobody reads")
    except vk_api.exceptions.Captcha as asked:
        assert asked.sid and asked.get_url().startswith(BASE_URL)
    else:
        raise AssertionError("no captcha was asked for")


async def try_vkbottle() -> None:
    """vkbottle hands a captcha to its handler; it does not ask again after error 6."""
    api = vkbottle.API(TOKEN)

    @api.add_captcha_handler
    async def read(error: vkbottle.CaptchaError) -> str:
        return await asyncio.to_thread(captcha.read, error.captcha_img)

    assert (await api.request("status.set", {"text": "vkbottle was here"}))["response"] == 1
    await api.http_client.close()


async def try_aiovk() -> None:
    """aiovk asks again with what was read."""
    async with Aiovk(TOKEN) as session:
        assert await aiovk.API(session).status.set(text="aiovk was here") == 1


try_vk_api()
assert Vk(access_token=TOKEN, v="5.199").status.set(text="vk was here") == 1
api = vk_requests.API(session=VkRequests(service_token=TOKEN, api_version="5.131"))
assert api.status.set(text="vk_requests was here") == 1
robust = simplevk.bot.api.RobustVkApi(token=TOKEN)
assert [robust.method("status.get")["text"] for _ in range(2)] == ["vk_requests was here"] * 2
asyncio.run(try_aiovk())
asyncio.run(try_vkbottle())
print("all is well")
