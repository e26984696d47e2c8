"""execute: a script of the client's that calls up to 25 methods in one request."""

from typing import Annotated, Any

import msgspec
from msgspec import Struct

from dvor.dialects.vk.script.compiler import Compiler
from dvor.dialects.vk.script.interpreter import CallApi, Interpreter
from dvor.dialects.vk.script.tree import CompileError
from dvor.dialects.vk.script.values import Room, ScriptError, join_texts, to_json
from dvor.methods.declaration import Beside, Call, CallRefused, Params, doc, method
from dvor.model.errors import InvalidParameter, Refusal

MAX_CALLS = 25
OWN_PARAMETERS = frozenset({"code", "access_token", "v", "func_v", "lang", "https", "test_mode"})


class ScriptInvalid(Refusal):
    """The code is no script."""


class ScriptFailed(Refusal):
    """The script did what cannot be done, or more than it may."""


class CallError(Struct, frozen=True):
    """Why one of the script's calls was refused."""

    method: str
    error_code: int
    error_msg: str


class Execute(Params):
    """Parameters of execute; whatever else comes is `Args` in the script."""

    code: Annotated[str, doc("The script, in VKScript.")] = ""
    func_v: Annotated[int, doc("The version of a stored procedure; there are none.", ge=0)] = 1


class _Calls:
    """What a script's calls share: how many there were, and which were refused."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._count = 0
        self.errors: list[CallError] = []

    async def answer(self, name: str, values: dict[str, Any]) -> Any:
        """Call a method with a script's values; false, and an entry among the errors, when it is refused."""
        self._count += 1
        if self._count > MAX_CALLS:
            raise ScriptError(f"more than {MAX_CALLS} calls of the API")
        texts = {key: to_parameter(value) for key, value in values.items() if value is not None}
        assert self._call.inner is not None, "execute inside execute is refused before"
        try:
            return msgspec.to_builtins(await self._call.inner(name, texts))
        except CallRefused as refusal:
            self.errors.append(CallError(name, refusal.code, refusal.text))
            return False


def to_parameter(value: Any) -> str:
    """Return a script's value as the text of a parameter: lists as comma lists, objects as JSON."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return join_texts([to_parameter(part) for part in value], ",", Room())
    if isinstance(value, list | dict):
        return msgspec.json.encode(to_json(value)).decode()
    return "" if value is None else str(value)


_compiler = Compiler()


def close_compiler() -> None:
    """Let the process go that reads long scripts; the next one starts it anew."""
    _compiler.close()


@method("execute", composes=True, for_groups=True, errors={ScriptInvalid: 12, ScriptFailed: 13})
async def execute(call: Call, params: Execute) -> Beside:
    """Runs a script that calls up to 25 methods, each in a transaction of its own.

    VK: execute.  The answer is what the script returns; calls that are refused give `false` and an entry in
    `execute_errors`, in their order.  Limits: 100,000 operations, 200 ms, 8 MB of values.
    """
    if not params.code.strip():
        raise InvalidParameter("code")
    calls = _Calls(call)
    call_api: CallApi = calls.answer
    arguments: dict[str, Any] = {
        name: text for name, text in call.texts.items() if name not in OWN_PARAMETERS
    }
    try:
        tree = await _compiler.compile(params.code)
        value = to_json(await Interpreter(call_api, arguments).run(tree))
    except CompileError as error:
        raise ScriptInvalid(str(error)) from error
    except ScriptError as error:
        raise ScriptFailed(str(error)) from error
    return Beside(value, {"execute_errors": calls.errors} if calls.errors else {})
