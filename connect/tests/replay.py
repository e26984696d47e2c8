"""A network on this machine that answers with what its original was recorded or documented to answer."""

import http.server
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

RECORDED = Path(__file__).parent / "recorded"
Answer = tuple[int, Any, dict[str, str]]


class Heard(Struct):
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


def recorded(name: str) -> Answer:
    """Return the recorded answer `network/case`."""
    network, _, case = name.partition("/")
    exchanges = json.loads((RECORDED / f"{network}.json").read_text("utf-8"))
    one = next(one for one in exchanges if one["case"] == case)
    return one["status"], one["answer"], {}


class Replay:
    """`says` lays down what an address answers, one after the other, the last for ever; `heard` is what was asked."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._answers: dict[str, list[Answer | Callable[[Heard], Answer]]] = defaultdict(list)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet, else the second waits for an acknowledgement

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                heard = Heard(self.command, parts.path, query, form, headers)
                outer.heard.append(heard)
                status, body, more = outer.answer(heard)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {
                    "content-type": "application/json",
                    "content-length": str(len(data)),
                    **more,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815  # the library's own name

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.site = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def says(self, path: str, *answers: str | Answer | Callable[[Heard], Answer]) -> None:
        """Answer an address so: by the name of a recorded case, by status, body and headers, or by a function."""
        self._answers[path] = [recorded(one) if isinstance(one, str) else one for one in answers]

    def answer(self, heard: Heard) -> Answer:
        """Return the next answer of an address."""
        left = self._answers.get(heard.path)
        if not left:
            return 404, b"<html>no such page</html>", {}
        one = left.pop(0) if len(left) > 1 else left[0]
        return one if isinstance(one, tuple) else one(heard)

    def last(self, path: str) -> Heard:
        """Return the last request that an address got."""
        return [one for one in self.heard if one.path == path][-1]

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
