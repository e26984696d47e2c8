"""The case of execute: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

SCRIPT = """
var people = API.friends.get({"fields": "city"}).items;
return {"names": people@.first_name, "cities": people@.city@.title, "wrong": API.wall.get({"owner_id": 99})};
"""

CASES = Cases(
    recorded=(("execute", {"code": SCRIPT}),),
    refused={"execute": ("", {"code": "return 1;"}, 5)},
    wrong={"execute": {"code": "return 1;", "func_v": "x"}},
)
