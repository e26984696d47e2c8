"""Leads what clients over requests send to VK's hosts, which are literals in them, to Dvor: import it before the client."""

from typing import Any
from urllib.parse import urlsplit

import requests
from facts import BASE_URL
from requests.adapters import HTTPAdapter

HOSTS = frozenset({"api.vk.ru", "id.vk.ru", "oauth.vk.ru"})
_send = HTTPAdapter.send


def lead(address: str) -> str:
    """Return the address at Dvor that stands for one of VK's."""
    parts = urlsplit(address)
    return f"{BASE_URL}{parts.path}?{parts.query}" if parts.hostname in HOSTS else address


def _send_to_dvor(adapter: HTTPAdapter, sent: requests.PreparedRequest, *rest: Any, **options: Any) -> Any:
    sent.url = lead(sent.url)
    return _send(adapter, sent, *rest, **options)


HTTPAdapter.send = _send_to_dvor  # type: ignore[method-assign]
