"""Running a script: step by step, within limits, giving way to the event loop every millisecond."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from dvor.dialects.vk.script.members import call_member
from dvor.dialects.vk.script.tree import Node
from dvor.dialects.vk.script.values import (
    MAX_BYTES,
    VALUE_BYTES,
    ScriptError,
    add,
    calculate,
    compare,
    get_member,
    is_equal,
    is_same,
    is_true,
    parse_double,
    parse_int,
    to_number,
    to_text,
)

MAX_STEPS = 100_000
MAX_SECONDS = 0.2
"""Of processor time, without what the called methods take."""
COUNT_AFTER = 1024 * 1024
"""So many bytes of new values make us count what is held."""
TURN_SECONDS = 0.001

CallApi = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""Calls a method (`section.method`) with values as parameters."""
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "parseInt": parse_int,
    "parseDouble": parse_double,
    "parseFloat": parse_double,
}


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        self.value = value


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Interpreter:
    """Runs one script once."""

    def __init__(self, call_api: CallApi, arguments: dict[str, Any]) -> None:
        self._call_api = call_api
        self._variables: dict[str, Any] = {"Args": arguments}
        self._steps = 0
        self._fresh_bytes = 0
        self._unfinished: list[list[Any]] = []
        """Values of the expressions that are being worked out: they are held too."""
        self._spent = 0.0
        self._turn_began = 0.0
        self._kinds: dict[str, Callable[[Node], Awaitable[Any]]] = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(self) if name.startswith("_do_")
        }

    async def run(self, tree: Node) -> Any:
        """Return what the script returns, null if it does not; `ScriptError`."""
        self._turn_began = time.perf_counter()
        try:
            for statement in tree[1:]:
                await self._do(statement)
        except _Return as returned:
            return returned.value
        except (_Break, _Continue) as error:
            raise ScriptError("break and continue stand outside a loop") from error
        except RecursionError as error:
            raise ScriptError("nested too deep") from error
        return None

    async def _do(self, node: Node) -> Any:
        self._steps += 1
        if not self._steps & 63:
            await self._look_at_clock()
        return await self._kinds[node[0]](node)

    async def _look_at_clock(self) -> None:
        if self._steps > MAX_STEPS:
            raise ScriptError("too many operations")
        now = time.perf_counter()
        if now - self._turn_began < TURN_SECONDS:
            return
        self._pause(now)
        await asyncio.sleep(0)
        self._turn_began = time.perf_counter()

    def _pause(self, now: float) -> None:
        self._spent += now - self._turn_began
        if self._spent > MAX_SECONDS:
            raise ScriptError("runs too long")

    # what is held

    def _hold(self, value: Any) -> Any:
        """Count a new value; `ScriptError` when too much is held."""
        if isinstance(value, str | list):
            self._fresh_bytes += VALUE_BYTES + (len(value) if isinstance(value, str) else 8 * len(value))
        elif isinstance(value, dict):
            self._fresh_bytes += VALUE_BYTES * (1 + len(value))
        if self._fresh_bytes > COUNT_AFTER:
            self._fresh_bytes = 0
            if size_of([value, *self._variables.values(), *self._unfinished]) > MAX_BYTES:
                raise ScriptError("too much memory")
        return value

    async def _do_all(self, nodes: Node) -> list[Any]:
        """Return the values of expressions, counted as held while the rest is worked out."""
        values: list[Any] = []
        self._unfinished.append(values)
        try:
            for node in nodes:
                values.append(await self._do(node))
        finally:
            self._unfinished.pop()
        return values

    # statements

    async def _do_block(self, node: Node) -> None:
        for statement in node[1:]:
            await self._do(statement)

    async def _do_nothing(self, _node: Node) -> None:
        pass

    async def _do_branch(self, node: Node) -> None:
        if is_true(await self._do(node[1])):
            await self._do(node[2])
        elif len(node) > 3:
            await self._do(node[3])

    async def _do_loop(self, node: Node) -> None:
        while is_true(await self._do(node[1])):
            try:
                await self._do(node[2])
            except _Break:
                break
            except _Continue:
                continue

    async def _do_stop(self, _node: Node) -> None:
        raise _Break

    async def _do_again(self, _node: Node) -> None:
        raise _Continue

    async def _do_declarations(self, node: Node) -> None:
        for _, name, *value in node[1:]:
            if value:
                self._variables[name] = await self._do(value[0])
            else:
                self._variables.setdefault(name, None)

    async def _do_give(self, node: Node) -> None:
        raise _Return(await self._do(node[1]) if len(node) > 1 else None)

    async def _do_evaluate(self, node: Node) -> None:
        await self._do(node[1])

    async def _do_assign(self, node: Node) -> None:
        await self._assign(node[1], await self._do(node[2]))

    async def _do_change(self, node: Node) -> None:
        _, place, sign, change = node
        value = self._operate(str(sign)[0], await self._do(place), await self._do(change))
        await self._assign(place, value)

    async def _assign(self, place: Node, value: Any) -> None:
        if place[0] == "variable":
            self._variables[place[1]] = value
            return
        if place[0] not in ("member", "index"):
            raise ScriptError("cannot be assigned to")
        owner = await self._do(place[1])
        name = place[2] if place[0] == "member" else await self._do(place[2])
        if isinstance(owner, dict):
            owner[to_text(name)] = value
        elif isinstance(owner, list):
            self._set_element(owner, name, value)
        else:
            raise ScriptError(f"{to_text(owner)[:32]} has no members")
        self._hold(owner if len(owner) < 64 else [])

    def _set_element(self, owner: list[Any], name: Any, value: Any) -> None:
        place = to_number(name)
        if not isinstance(place, int) or not 0 <= place <= len(owner) + 10_000:
            raise ScriptError("no such place in a list")
        owner.extend([None] * (place + 1 - len(owner)))
        owner[place] = value

    async def _do_erase(self, node: Node) -> None:
        place = node[1]
        if place[0] not in ("member", "index"):
            raise ScriptError("cannot be deleted")
        owner = await self._do(place[1])
        name = place[2] if place[0] == "member" else await self._do(place[2])
        if isinstance(owner, dict):
            owner.pop(to_text(name), None)
        elif isinstance(owner, list) and isinstance(name, int) and 0 <= name < len(owner):
            del owner[name]

    # expressions

    async def _do_constant(self, node: Node) -> Any:
        return node[1]

    async def _do_variable(self, node: Node) -> Any:
        name = node[1]
        if name in self._variables:
            return self._variables[name]
        raise ScriptError(f"{name[:64]} is not defined")

    async def _do_array(self, node: Node) -> list[Any]:
        values: list[Any] = self._hold(await self._do_all(node[1:]))
        return values

    async def _do_object(self, node: Node) -> dict[str, Any]:
        values = await self._do_all(tuple(value for _, value in node[1:]))
        made = {key: value for (key, _), value in zip(node[1:], values, strict=True)}
        self._hold(made)
        return made

    async def _do_choose(self, node: Node) -> Any:
        return await self._do(node[2] if is_true(await self._do(node[1])) else node[3])

    async def _do_either_of(self, node: Node) -> Any:
        value = await self._do(node[1])
        return value if is_true(value) else await self._do(node[2])

    async def _do_both_of(self, node: Node) -> Any:
        value = await self._do(node[1])
        return await self._do(node[2]) if is_true(value) else value

    async def _do_negate(self, node: Node) -> bool:
        return not is_true(await self._do(node[1]))

    async def _do_signed(self, node: Node) -> Any:
        value = to_number(await self._do(node[2]))
        return -value if node[1] == "-" else value

    async def _do_binary(self, node: Node) -> Any:
        _, left, sign, right = node
        one, other = await self._do_all((left, right))
        result = self._operate(str(sign), one, other)
        if isinstance(one, str | list) or isinstance(other, str | list):
            await self._look_at_clock()
        return result

    def _operate(self, sign: str, one: Any, other: Any) -> Any:
        if sign == "+":
            if isinstance(one, str) and isinstance(other, str) and len(one) + len(other) > MAX_BYTES:
                raise ScriptError("too much memory")
            return self._hold(add(one, other))
        if sign in ("==", "!="):
            return is_equal(one, other) is (sign == "==")
        if sign in ("===", "!=="):
            return is_same(one, other) is (sign == "===")
        if sign in ("<", ">", "<=", ">="):
            return compare(sign, one, other)
        return calculate(sign, one, other)

    async def _do_member(self, node: Node) -> Any:
        return get_member(await self._do(node[1]), node[2])

    async def _do_index(self, node: Node) -> Any:
        return get_member(await self._do(node[1]), await self._do(node[2]))

    async def _do_project(self, node: Node) -> Any:
        values = await self._do(node[1])
        if not isinstance(values, list):
            return None
        return self._hold([get_member(one, node[2]) for one in values])

    async def _do_call(self, node: Node) -> Any:
        function, arguments = node[1], node[2:]
        if function[0] == "variable" and function[1] in FUNCTIONS and function[1] not in self._variables:
            values = await self._do_all(arguments)
            return FUNCTIONS[function[1]](values[0] if values else None)
        if function[0] != "member":
            raise ScriptError("is no function")
        path = _api_path(function)
        if path and "API" not in self._variables:
            return await self._call(path, await self._do_all(arguments))
        owner, *values = await self._do_all((function[1], *arguments))
        result = call_member(owner, function[2], values)
        await self._look_at_clock()
        self._hold(values)
        return self._hold(result)

    async def _call(self, path: str, arguments: list[Any]) -> Any:
        params = arguments[0] if arguments else {}
        if not isinstance(params, dict):
            params = {}
        self._pause(time.perf_counter())
        try:
            return self._hold(await self._call_api(path, params))
        finally:
            self._turn_began = time.perf_counter()


def _api_path(function: Node) -> str:
    """Return `section.method` for `API.section.method`; empty for anything else."""
    _, owner, name = function
    if owner[0] == "member" and owner[1] == ("variable", "API"):
        return f"{owner[2]}.{name}"
    return name if owner == ("variable", "API") else ""


def size_of(values: list[Any]) -> int:
    """Return roughly how many bytes values take, each counted once, stopping when it is too much."""
    size, seen, waiting = 0, set[int](), list(values)
    while waiting and size <= MAX_BYTES:
        value = waiting.pop()
        size += VALUE_BYTES
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, list | dict) and id(value) not in seen:
            seen.add(id(value))
            size += 8 * len(value) + (sum(map(len, value)) if isinstance(value, dict) else 0)
            waiting.extend(value if isinstance(value, list) else value.values())
    return size
