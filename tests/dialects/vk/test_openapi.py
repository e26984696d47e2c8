"""schemathesis over the description: what it says may be asked is answered as it says."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dvor.dialects.vk.api import METHODS
from dvor.methods.openapi import describe_api
from tests.dialects.vk.conftest import URL, CastClient

DESCRIPTION: dict[str, Any] = json.loads(describe_api(METHODS, URL))
EXAMPLES = 4
"""Requests made up for each operation, of both good and bad values."""
PARTS = 4
"""Parts of the description, so that two processes share the work."""


def test_the_description_is_complete() -> None:
    assert len(DESCRIPTION["paths"]) == len(METHODS)
    for path, item in DESCRIPTION["paths"].items():
        for operation in item.values():
            assert operation["summary"].endswith("."), path
            for parameter in operation.get("parameters", ()):
                assert parameter.get("description"), (path, parameter["name"])


@pytest.mark.parametrize("part", range(PARTS))
async def test_what_the_description_allows_is_answered_as_it_says(cast_client: CastClient, part: int) -> None:
    loop = asyncio.get_running_loop()
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) == 2 * len(METHODS)
    with ThreadPoolExecutor(1) as threads:
        for operation in operations[part::PARTS]:
            await loop.run_in_executor(threads, ask_many, cast_client, loop, operation)


def ask_many(client: CastClient, loop: asyncio.AbstractEventLoop, operation: Any) -> None:
    """Make up requests for an operation, in a thread, and check what the application answers to each."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_versioned=st.booleans())
    def ask(case: Any, is_versioned: bool) -> None:
        query = {
            name: value for name, value in (case.query or {}).items() if name not in ("v", "access_token")
        }
        query["access_token"] = client.tokens["anna"]
        if is_versioned:
            query["v"] = "5.199"
        body = case.body if isinstance(case.body, dict) else None
        asking = client.http.request(
            case.method, case.path, params=flatten(query), data=flatten(body) if body else None
        )
        answer = asyncio.run_coroutine_threadsafe(asking, loop).result()
        check_answer(case, answer)

    ask()


def flatten(values: dict[str, Any]) -> dict[str, str]:
    """Write parameters as the description's style says: lists separated by commas."""
    return {name: write(value).encode("utf-8", "replace").decode() for name, value in values.items()}


def write(value: Any) -> str:
    """Write one value as text."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def check_answer(case: Any, answer: httpx.Response) -> None:
    """An answer is no failure, is JSON, and has the shape that the description gives for its status."""
    assert answer.status_code in (200, 400), (case.path, answer.text)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().get("error_code") != 10, (case.path, answer.text)
    case.operation.validate_response(schemathesis.Response.from_httpx(answer, verify=False))
