"""The language of scripts: every construct that clients send, and every limit."""

import asyncio
import contextlib
import time
from multiprocessing import active_children
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dvor.dialects.vk.script import compiler, interpreter
from dvor.dialects.vk.script.compiler import Compiler
from dvor.dialects.vk.script.interpreter import Interpreter
from dvor.dialects.vk.script.syntax import parse
from dvor.dialects.vk.script.tree import CompileError
from dvor.dialects.vk.script.values import ScriptError, to_json

WALL = [{"id": number, "likes": {"count": number % 3}} for number in range(250)]


async def answer(name: str, params: dict[str, Any]) -> Any:
    """Stand for the API: a wall in pages, and an echo of anything else."""
    if name == "wall.get":
        offset, count = int(params.get("offset", 0)), int(params.get("count", 100))
        return {"count": len(WALL), "items": WALL[offset : offset + count]}
    if name == "fails.always":
        return False
    return {"method": name, **params}


async def run(code: str, **arguments: str) -> Any:
    """Run a script and return its answer as JSON values."""
    return to_json(await Interpreter(answer, dict(arguments)).run(parse(code)))


CASES: dict[str, Any] = {
    "return 1;": 1,
    "return 1": 1,
    "return;": None,
    "": None,
    ";;": None,
    "return 'a' + \"b\\n\\u0416\\x41\";": "ab\nЖA",
    "return {a: 1, 'b': [1, 2, {c: null}], \"d\": true, 5: 6};": {
        "a": 1,
        "b": [1, 2, {"c": None}],
        "d": True,
        "5": 6,
    },
    "return {};": {},
    "return [1, 2,];": [1, 2],
    "var a = 1, b, c = a + 1; return [a, b, c];": [1, None, 2],
    "var a = 1; var a = 2; var a; return a;": 2,
    "var a = 5; if (a > 3) { a = 1; } else { a = 2; }; return a;": 1,
    "var a = 5; if (a < 3) a = 1; else if (a == 5) a = 9; else a = 2; return a;": 9,
    "var i = 0, s = 0; while (i < 5) { i = i + 1; s = s + i; } return s;": 15,
    "var i = 0; while (true) { i += 1; if (i == 3) { continue; } if (i > 6) { break; } } return i;": 7,
    "return true ? 1 : false ? 2 : 3;": 1,
    "return [1 == '1', 1 === '1', null == undefined, null == 0, '' == 0, 2 != 3, 2 !== 2];": [
        True,
        False,
        True,
        False,
        True,
        True,
        False,
    ],
    "return [1 < 2, 'b' > 'a', 2 <= 2, 3 >= 4, '10' < 9];": [True, True, True, False, False],
    "return [1 && 0, null || 'x', !0, !'a', !null];": [0, "x", True, False, True],
    "return [] ? 1 : 2;": 1,
    "return [7 / 2, 6 / 2, 7 % 3, -7 % 3, 2 ** 3 ** 2, 1 << 4, 256 >> 2, 5 & 3, 5 | 2, 5 ^ 1];": [
        3.5,
        3,
        1,
        -1,
        512,
        16,
        64,
        1,
        7,
        4,
    ],
    "return 1 - -1 + +2 * 3;": 8,
    "return 'a' + 1 + null + true + [1, 2] + {};": "a1nulltrue1,2[object Object]",
    "return [1] + [2, 3];": [1, 2, 3],
    "return 1 / 0;": None,
    "var s = 'abc'; return [s.length, s[1], s.slice(1), s.slice(-2, -1), s.indexOf('c'), s.substr(1, 1)];": [
        3,
        "b",
        "bc",
        "b",
        2,
        "b",
    ],
    "return ['a,b'.split(','), [1, 2].join('-'), 'x'.toString(), (5).toString(), [3].toString()];": [
        ["a", "b"],
        "1-2",
        "x",
        "5",
        "3",
    ],
    "var a = [3, 1]; a.push(2); a.push(4, 5); return [a.pop(), a.length, a.sort(), a.indexOf(2), a.shift(), a];": [
        5,
        4,
        [2, 3, 4],
        1,
        1,
        [2, 3, 4],
    ],
    "var a = [1, 2, 3, 4]; return [a.splice(1, 2, 9), a, a.slice(0, 1), a.concat([7], 8), a.reverse()];": [
        [2, 3],
        [4, 9, 1],
        [1],
        [1, 9, 4, 7, 8],
        [4, 9, 1],
    ],
    "return [parseInt('12px'), parseInt('x'), parseInt(3.7), parseDouble('2.5a')];": [12, None, 3, 2.5],
    "'a docstring';var x = 1;'another'.length;return x;": 1,
    "return [parseInt(Args.not_given), parseDouble(null)];": [0, 0],
    "var x = {a: {b: 1}}; delete x.a.b; x.c = 2; x['d'] = 3; x.c += 5; return x;": {"a": {}, "c": 7, "d": 3},
    "var a = []; a[2] = 1; return a;": [None, None, 1],
    "var f = false; return [f.x, f.x.y, (null).z, (5.5).q];": [None, None, None, None],
    "return [{a: {n: 1}}, {a: {n: 2}}, {}]@.a@.n;": [1, 2, None],
    "return API.wall.get({count: 2}).items@.id;": [0, 1],
    "return API.messages.delete({message_ids: 1}).method;": "messages.delete",
    "return API.users.get({user_ids: [1, 2]})['user_ids'];": [1, 2],
    "var p = {}; p.user_id = 1; return [API.friends.get(p).user_id, API.users.get().method];": [
        1,
        "users.get",
    ],
    "return Args.name + '!';": "Анна!",
    "/* note */ var a = 1; // more\nreturn a;": 1,
    "return 0x1F + 1e3 + .5;": 1031.5,
    "return 9007199254740993 + 0;": 9007199254740993,
}


@pytest.mark.parametrize("code", CASES)
async def test_constructs(code: str) -> None:
    assert await run(code, name="Анна") == CASES[code]


async def test_the_pool_of_a_client() -> None:
    code = (
        'var values = {"user_ids":1},list = [1,2,3],result = [],i = 0;'
        "while(i < list.length) {values.user_ids = list[i];result.push(API.users.get(values));i = i + 1;}"
        "return result@.user_ids;"
    )
    assert await run(code) == [1, 2, 3]


async def test_reading_a_whole_list_in_one_script() -> None:
    """The shape in which vk_api asks for everything: pages until the list ends, with a count that may change."""
    code = """
    var params = {"owner_id":1,"count":100},calls = 0,items = [],count = null,offset = 0,ri;
    while(calls < 25) {calls = calls + 1;params.offset = offset * 1;var response = API.wall.get(params),
    new_count = response.count,diff = (count == null ? 0 : new_count - count);
    if (!response) {return {"_error": 1};}
    if (diff < 0) {offset = offset + diff;} else {ri = response.items;items = items + ri.slice(diff);
    offset = offset + params.count + diff;if (ri.length < params.count) {calls = 99;}}
    count = new_count;if (count != null && offset >= count) {calls = 99;}};
    return {count: count,items: items,offset: offset,more: calls != 99};
    """
    found = await run(code)
    assert (found["count"], len(found["items"]), found["more"]) == (250, 250, False)
    assert [item["id"] for item in found["items"]] == list(range(250))


@pytest.mark.parametrize(
    "code",
    [
        "return",
        "var;",
        "if (1 {",
        "return 1 +;",
        "a = ;",
        "'open",
        "return {a};",
        "}",
        "@",
        "while (1) {",
        "(" * 300 + ")" * 300,
        "return " + "[" * 300 + "]" * 300 + ";",
        "1 = 2;;=",
        "return \0;",
    ][1:],
)
def test_what_is_no_script(code: str) -> None:
    with pytest.raises(CompileError):
        parse(code)


@pytest.mark.parametrize(
    "code",
    [
        "return nothing;",
        "return (5)();",
        "return f(1);",
        "(null).a = 1;",
        "[].zzz();",
        "'a'.push(1);",
        "break;",
        "var a = {}; a.a = a; return a;",
        "var a = []; a[99999999] = 1;",
        "var x = 1; x.y = 2;",
    ],
)
async def test_what_cannot_be_done(code: str) -> None:
    with pytest.raises(ScriptError):
        await run(code)


@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "var s = 'a'; while (true) { s = s + s; }",
        "var a = [1]; while (true) { a = a + a; }",
        "var a = ['x']; while (true) { a.push(a.join('') + 'yyyyyyyyyy'); }",
        "var o = {}; var i = 0; while (true) { i = i + 1; o['k' + i] = 'v' + i; }",
        "var a = []; while (true) { a.push([a, a, a]); }",
    ],
)
async def test_limits_end_a_script_soon(code: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ScriptError, match="too"):
        await run(code)
    assert time.perf_counter() - started < 10


async def test_the_loop_goes_on_while_a_script_spins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "MAX_STEPS", 30_000)
    turns = 0
    spinning = asyncio.create_task(run("while (true) {}"))
    while not spinning.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 3
    with pytest.raises(ScriptError):
        await spinning


async def test_long_scripts_are_read_apart_and_kept() -> None:
    reader = Compiler()
    code = "var a = 0;" + "a = a + 1;" * 2000 + "return a;"
    assert len(code) > compiler.LONG_TEXT
    tree = await reader.compile(code)
    assert await reader.compile(code) is tree
    assert await Interpreter(answer, {}).run(tree) == 2000
    with pytest.raises(CompileError):
        await reader.compile("x" * (compiler.MAX_TEXT + 1))
    for number in range(compiler.MAX_KEPT + 5):
        await reader.compile(f"return {number};")
    assert await reader.compile(code) is not tree
    reader.close()


async def test_the_other_process_ends_when_the_reader_is_closed() -> None:
    before = set(active_children())
    reader = Compiler()
    await reader.compile("return 1;")
    assert set(active_children()) == before, "a short script needs none"
    await reader.compile("return " + "(" * 20 + "1" + ")" * 20 + ";" + " " * compiler.LONG_TEXT)
    [process] = set(active_children()) - before
    reader.close()
    for _ in range(3000):  # the pool's own thread waits for the process; we only look
        if not process.is_alive():
            return
        await asyncio.sleep(0.01)
    pytest.fail("the process is still there")


WORDS = st.sampled_from(
    [
        "var",
        "a",
        "b",
        "=",
        "1",
        "'x'",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ";",
        ",",
        ".",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "<",
        "&&",
        "||",
        "!",
        "?",
        ":",
        "if",
        "else",
        "while",
        "return",
        "API",
        "users",
        "get",
        "delete",
        "@.",
        "null",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_any_text_is_run_or_refused(code: str) -> None:
    with contextlib.suppress(CompileError, ScriptError):
        asyncio.run(run(code))


@pytest.mark.parametrize(
    "code",
    [
        "var a=[1],i=0; while(i<40) {a=[a,a]; i=i+1;} return a;",
        "var a=[1],i=0; while(i<40) {a=[a,a]; i=i+1;} return ''+a;",
        "var a=[1],i=0; while(i<40) {a=[a,a]; i=i+1;} return a.join();",
        "var s='a',a=[1],i=0; while(i<15) {s=s+s; a=a+a; i=i+1;} return a.join(s).length;",
        "var s='a',i=0; while(i<20) {s=s+s; i=i+1;} return [" + "s+1," * 50 + "1].length;",
        "var s='a',i=0; while(i<20) {s=s+s; i=i+1;} var o={},k=0; while(k<50) {o[s+k]=1; k=k+1;} return 1;",
    ],
)
@pytest.mark.timeout(30)  # without the limits these would run for hours, or fill the memory
async def test_what_is_small_until_it_is_written_out_ends_soon(code: str) -> None:
    with pytest.raises(ScriptError):
        await run(code)


async def test_two_escapes_make_one_character() -> None:
    assert await run(r'return "\ud83d\ude00 \ud83d";') == "\U0001f600 \ufffd"


async def test_the_api_is_no_value() -> None:
    with pytest.raises(ScriptError):
        await run("return API;")
