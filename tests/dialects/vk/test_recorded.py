"""The recorded exchanges are what is answered today, on both engines; every method has one."""

import json

import pytest

from dvor.dialects.vk.api import METHODS
from tests.dialects.vk.conftest import CastClient
from tests.recorded.exchanges import CASES, FOLDER, exchange


@pytest.mark.parametrize("section", CASES)
async def test_answers_are_the_recorded_ones(cast_client: CastClient, section: str) -> None:
    done = await exchange(cast_client.http, cast_client.tokens, section)
    for method, answered in done.items():
        expected = json.loads((FOLDER / f"{method}.json").read_text(encoding="utf-8"))
        expected["on"] = answered["on"]
        assert answered == expected, (
            f"{method} answers otherwise than recorded (python -m tests.recorded.exchanges {section})"
        )


def test_every_method_has_a_recorded_success() -> None:
    recorded = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
    assert recorded.keys() == {one.name for one in METHODS.values()}
    for method, exchanged in recorded.items():
        assert exchanged["answer"].get("response"), f"{method} is recorded without a result"
