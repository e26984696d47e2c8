"""A relay between Dvor and PostgreSQL that hangs up in the middle of a COMMIT, when told to."""

import asyncio
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

Fault = Literal["before", "after"]
"""Hang up before PostgreSQL hears of the COMMIT, or when it has done it and its answer is on the way."""


class Relay:
    """Passes bytes on both ways; each fault in `faults` is used for one COMMIT."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self.faults: list[Fault] = []
        self.url = ""
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen on a free port; `url` then leads through the relay."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = urlunsplit(self._target._replace(netloc=f"{self._target.username}@127.0.0.1:{port}"))

    async def stop(self) -> None:
        """Hang up everywhere."""
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, questions}
        passing = [
            asyncio.create_task(self._ask(reader, questions)),
            asyncio.create_task(self._answer(answers, writer)),
        ]
        await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        for one in (writer, questions):
            one.close()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if b"COMMIT;" in data and self.faults:
                if self.faults.pop(0) == "after":
                    self._is_deaf = True
                    writer.write(data)
                    await asyncio.sleep(0.1)
                return
            writer.write(data)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._is_deaf = False
        while data := await reader.read(65536):
            if self._is_deaf:
                return
            writer.write(data)
