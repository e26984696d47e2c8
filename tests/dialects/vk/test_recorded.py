"""The recorded exchanges are what is answered today, on both engines; every method has one."""

import json

from dvor.dialects.vk.api import METHODS
from tests.dialects.vk.conftest import CastClient
from tests.recorded.exchanges import EXCHANGES, FOLDER, exchange


async def test_answers_are_the_recorded_ones(cast_client: CastClient) -> None:
    done = await exchange(cast_client.http, cast_client.tokens["anna"])
    recorded = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
    assert done.keys() == recorded.keys()
    for method, expected in recorded.items():
        expected["on"] = done[method]["on"]
        assert done[method] == expected, (
            f"{method} answers otherwise than recorded (python -m tests.recorded.exchanges)"
        )


def test_every_method_has_a_recorded_success() -> None:
    assert {method for method, _ in EXCHANGES} == {one.name for one in METHODS.values()}
    for path in FOLDER.glob("*.json"):
        answer = json.loads(path.read_text(encoding="utf-8"))["answer"]
        assert answer["response"], f"{path.stem} is recorded with an empty answer"
