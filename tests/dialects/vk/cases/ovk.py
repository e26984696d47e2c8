"""The cases of ovk.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("ovk.version", {}),
        ("ovk.test", {}),
        ("ovk.chickenWings", {}),
        ("ovk.aboutInstance", {"admin_fields": "photo_50"}),
    ),
    open_to_all=frozenset({"ovk.aboutInstance", "ovk.test", "ovk.chickenWings", "ovk.version"}),
    untyped=frozenset({"ovk.aboutInstance", "ovk.test", "ovk.chickenWings", "ovk.version"}),
)
