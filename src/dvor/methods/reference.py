"""Reference pages from the declarations of methods, as Markdown."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dvor.methods.declaration import Method, Params

Example = Mapping[str, Any]
"""A recorded exchange: `request` (http, path, params), `status`, `answer`, `from`, `on`."""


def write_section(
    section: str, methods: Iterable[Method], texts: Mapping[int, str], examples: Mapping[str, Example]
) -> str:
    """Return the page of one section; `texts` are the dialect's error texts by code."""
    lines = [f"# {section}", ""]
    for one in sorted(methods, key=lambda method: method.name.lower()):
        lines += _write_method(one, texts, examples.get(one.name))
    return "\n".join(lines).rstrip() + "\n"


def _write_method(one: Method, texts: Mapping[int, str], example: Example | None) -> list[str]:
    lines = [f"## {one.name}", "", one.summary, ""]
    if one.description:
        lines += [one.description, ""]
    if one.aliases:
        lines += [f"Also called {', '.join(f'`{name}`' for name in one.aliases)}.", ""]
    scope = f" with the scope {_name_scope(one)}" if one.scope is not None else ""
    lines += [f"Needs a token{scope}." if one.needs_user else "Needs no token.", ""]
    lines += write_parameters(one.params)
    if one.not_yet:
        names = ", ".join(f"`{name}`" for name in one.not_yet)
        lines += [
            f"Parameters of the original that do nothing here yet and are refused with error 33: {names}.",
            "",
        ]
    if one.errors:
        lines += ["Errors of its own:", ""]
        for code in sorted(set(one.errors.values())):
            reasons = "; ".join(
                _first_sentence(kind.__doc__) for kind, value in one.errors.items() if value == code
            )
            lines.append(f"* {code} {texts[code]}: {reasons}")
        lines.append("")
    return lines + (_write_example(example) if example else [])


def _name_scope(one: Method) -> str:
    assert one.scope is not None
    return " or ".join(f"`{str(part.name).lower()}`" for part in type(one.scope) if part in one.scope)


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")


def write_parameters(params: type[Params]) -> list[str]:
    schema = msgspec.json.schema(params)
    properties = schema["$defs"][params.__name__]["properties"]
    required = schema["$defs"][params.__name__].get("required", [])
    if not properties:
        return ["Takes no parameters.", ""]
    lines = ["| parameter | type | default | |", "|---|---|---|---|"]
    for name, found in properties.items():
        choices = [choice for choice in found.get("anyOf", [found]) if choice.get("type") != "null"]
        plain = choices[0] if len(choices) == 1 else found
        default = "required" if name in required else _write_default(found.get("default"))
        sentence = plain.get("description", found.get("description", "")).replace("|", "\\|")
        lines.append(f"| `{name}` | {_write_type(plain)} | {default} | {sentence} |")
    return [*lines, ""]


def _write_default(value: Any) -> str:
    return "" if value in (None, "", []) else f"`{msgspec.json.encode(value).decode()}`"


def _write_type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value != "")
    kind = str(schema.get("type", "text"))
    bounds = []
    if kind == "array":
        inner = _write_type(schema.get("items", {}))
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {inner}{most}"
    if "minimum" in schema or "maximum" in schema:
        bounds.append(f"{schema.get('minimum', '')} … {schema.get('maximum', '')}")
    if "maxLength" in schema:
        bounds.append(f"at most {schema['maxLength']} characters")
    words = {"string": "text", "integer": "integer", "boolean": "boolean (0, 1)", "number": "number"}
    return " ".join([words.get(kind, kind), *bounds])


def _write_example(example: Example) -> list[str]:
    request = example["request"]
    asked = "&".join(f"{name}={value}" for name, value in request["params"].items())
    answer = msgspec.json.format(msgspec.json.encode(example["answer"]), indent=2).decode()
    return [
        f"Recorded from {example['from']} on {example['on']}:",
        "",
        "```",
        f"{request['http']} {request['path']}?{asked}",
        "```",
        "```json",
        answer,
        "```",
        "",
    ]
