"""schemathesis over the description: what it says may be asked is answered as it says."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case

from dvor.dialects.vk.api import METHODS
from dvor.methods.openapi import describe_api
from tests.dialects.vk.conftest import URL, CastClient

DESCRIPTION: dict[str, Any] = json.loads(describe_api(METHODS, URL))
EXAMPLES = 4
"""Requests made up for each operation, of both good and bad values."""


def test_the_description_is_complete() -> None:
    assert len(DESCRIPTION["paths"]) == len(METHODS)
    for path, item in DESCRIPTION["paths"].items():
        for operation in item.values():
            assert operation["summary"].endswith("."), path
            for parameter in operation.get("parameters", ()):
                assert parameter.get("description"), (path, parameter["name"])
