"""Compiled scripts: kept by their text, and long ones read in a process of their own."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from dvor.dialects.vk.script.tree import CompileError, Node

MAX_TEXT = 262_144
"""Characters of a script; clients send up to 260,000."""
LONG_TEXT = 2_048
"""Longer scripts are read in another process, so that nobody waits: 2 kB of brackets take 45 ms, 10 kB 300 ms."""
COMPILE_SECONDS = 10
MAX_KEPT = 256
MAX_KEPT_TEXT = 4 * 1024 * 1024


class Compiler:
    """Reads scripts, and remembers those that came last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Node] = OrderedDict()
        self._kept_text = 0
        self._process: ProcessPoolExecutor | None = None

    async def compile(self, text: str) -> Node:
        """Return the tree of a script; `CompileError`."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            return kept
        if len(text) > MAX_TEXT:
            raise CompileError(f"longer than {MAX_TEXT} characters")
        from dvor.dialects.vk.script.syntax import parse  # its parser's memory only where scripts come

        tree = await self._read_apart(parse, text) if len(text) > LONG_TEXT else parse(text)
        self._keep(text, tree)
        return tree

    def _keep(self, text: str, tree: Node) -> None:
        self._kept[text] = tree
        self._kept_text += len(text)
        while len(self._kept) > MAX_KEPT or self._kept_text > MAX_KEPT_TEXT:
            old, _ = self._kept.popitem(last=False)
            self._kept_text -= len(old)

    async def _read_apart(self, parse: Callable[[str], Node], text: str) -> Node:
        if self._process is None:
            # a fresh interpreter: this one has threads and open databases, which must not be forked
            self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(COMPILE_SECONDS):
                return await loop.run_in_executor(self._process, parse, text)
        except (TimeoutError, BrokenProcessPool) as error:
            self.close()
            raise CompileError("the script took too long to read") from error

    def close(self) -> None:
        """Let the other process go."""
        if self._process is not None:
            process, self._process = self._process, None
            process.shutdown(wait=False, cancel_futures=True)
