"""What a session needs to know of the community, and a friend who writes back."""

import io
import json
import os
import re
import struct
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from PIL import Image

FACTS: dict[str, Any] = json.loads(Path(os.environ["DVOR_FACTS"]).read_text())
BASE_URL: str = FACTS["base_url"]
HOST = urlsplit(BASE_URL).netloc
LOGIN: str = FACTS["user"]["login"]
PASSWORD: str = FACTS["user"]["password"]
TOKEN: str = FACTS["user"]["token"]
STRANGER = f"stranger-{os.getpid()}@dvor.example"
"""Nobody's login: failures with one that exists would shut its owner out of the other sessions."""
GROUP_ID: int = FACTS["group"]["id"]
GROUP_TOKEN: str = FACTS["group"]["token"]
USER_ID: int = FACTS["user"]["id"]
PROGRAM_ID: int = FACTS["program"]["id"]
"""Of an app that runs where its users can read its secret."""


def friend_token() -> str:
    """Log the friend Boris in."""
    asked = {"grant_type": "password", "username": "boris@dvor.example", "password": PASSWORD}
    return str(requests.post(f"{BASE_URL}/token", data=asked, timeout=10).json()["access_token"])


def write_as_friend(token: str, text: str) -> int:
    """Let the friend send a message to the client's user; return its id."""
    asked = {"access_token": token, "v": "5.199", "peer_id": USER_ID, "message": text, "random_id": 0}
    answer = requests.post(f"{BASE_URL}/method/messages.send", data=asked, timeout=10).json()
    return int(answer["response"])


def count_polls() -> int:
    """Return how many times clients have asked from where they are to listen."""
    told = requests.get(f"{BASE_URL}/metrics", timeout=10).text
    counts = re.findall(r'^dvor_calls_total\{.*getLongPollServer".*\} ([0-9.]+)$', told, re.MULTILINE)
    return sum(int(float(count)) for count in counts)


def wait_for_poll(before: int) -> None:
    """Wait until a client has asked anew, so that it hears of all that happens from now on."""
    deadline = time.monotonic() + 60
    while count_polls() <= before:
        assert time.monotonic() < deadline, "the client does not listen"
        time.sleep(0.05)


def voice() -> bytes:
    """Make three seconds of Opus in an Ogg file: packets that are there, and nothing to hear."""
    data = b""
    for position, packets in (
        (0, [b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00"]),
        (0, [b"OpusTags" + bytes(8)]),
        (3 * 48_000, [bytes(size) for size in (20, 60, 90, 30)]),
    ):
        laces = bytes(len(packet) for packet in packets)
        head = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, position, 1, 0, 0, len(laces))
        data += head + laces + b"".join(packets)
    return data


def picture() -> bytes:
    """Make a picture to upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (900, 600), "#336699").save(buffer, "JPEG")
    return buffer.getvalue()
