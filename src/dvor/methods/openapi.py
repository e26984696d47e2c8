"""An OpenAPI 3.1 document from the declarations of methods."""

from collections.abc import Mapping
from types import UnionType
from typing import Any, get_args

import msgspec

from dvor import __version__
from dvor.methods.declaration import Method

REFERENCE = "#/components/schemas/{name}"

ERROR_MEMBERS: dict[str, Any] = {
    "error_code": {"type": "integer", "description": "VK's code of the error."},
    "error_msg": {"type": "string", "description": "What is wrong, in English."},
    "request_params": {
        "type": "array",
        "description": "What was asked, without secrets.",
        "items": {
            "type": "object",
            "required": ["key", "value"],
            "properties": {"key": {"type": "string"}, "value": {"type": ["string", "integer"]}},
        },
    },
}
ERROR: dict[str, Any] = {
    "type": "object",
    "description": "An error in both forms: VK's, in an envelope, and OpenVK's, bare.",
    "required": ["error_code", "error_msg", "request_params"],
    "properties": {
        "error": {"type": "object", "required": ["error_code", "error_msg"], "properties": ERROR_MEMBERS},
        **ERROR_MEMBERS,
    },
}
VERSION_PARAMETER = {
    "name": "v",
    "in": "query",
    "description": "The version of VK's API; without it OpenVK's form of the API is answered.",
    "schema": {"type": "string", "example": "5.199"},
}


def describe_api(methods: Mapping[str, Method], url: str) -> bytes:
    """Return the document for a server at `url`, as JSON."""
    unique = {one.name: one for one in methods.values()}
    choices = [_choices(one.result) for one in unique.values()]
    flat, components = msgspec.json.schema_components(
        [one for some in choices for one in some], ref_template=REFERENCE
    )
    shapes_left = iter(flat)
    results = [_any_of([next(shapes_left) for _ in some]) for some in choices]
    params, more = msgspec.json.schema_components(
        [one.params for one in unique.values()], ref_template=REFERENCE
    )
    shapes = [more[shape["$ref"].rpartition("/")[2]] for shape in params]
    paths: dict[str, Any] = {}
    for one, result, shape in zip(unique.values(), results, shapes, strict=True):
        for name in (one.name, *one.aliases):
            paths[f"/method/{name}"] = _describe_method(name, one, result, shape)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Dvor: VK's and OpenVK's API", "version": __version__},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": components | {"Error": ERROR},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "query", "name": "access_token"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }
    return msgspec.json.encode(document)


def _describe_method(name: str, one: Method, result: Any, shape: dict[str, Any]) -> dict[str, Any]:
    required = shape.get("required", [])
    properties = {parameter: _plain(schema) for parameter, schema in shape["properties"].items()}
    parameters = [
        {
            "name": parameter,
            "in": "query",
            "required": parameter in required,
            "description": schema.get("description", ""),
            "schema": _without_description(schema),
            **({"style": "form", "explode": False} if parameter in one.list_fields else {}),
        }
        for parameter, schema in properties.items()
    ]
    common = {
        "summary": one.summary,
        "description": one.description,
        "tags": [one.name.partition(".")[0]],
        "security": [{"token": []}, {"bearer": []}]
        if one.needs_user
        else [{}, {"token": []}, {"bearer": []}],
        "responses": _describe_responses(result),
    }
    operation = name.replace(".", "_")
    encoding = {parameter: {"style": "form", "explode": False} for parameter in sorted(one.list_fields)}
    body: dict[str, Any] = {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": properties, "required": required},
                **({"encoding": encoding} if encoding else {}),
            }
        }
    }
    if one.pictures:
        files = {picture: {"type": "string", "contentMediaType": "image/*"} for picture in one.pictures}
        form = {"type": "object", "properties": properties | files, "required": required}
        body["content"]["multipart/form-data"] = {"schema": form}
    return {
        "get": {"operationId": f"{operation}_get", "parameters": [*parameters, VERSION_PARAMETER], **common},
        "post": {
            "operationId": f"{operation}_post",
            "parameters": [VERSION_PARAMETER],
            "requestBody": body,
            **common,
        },
    }


def _choices(result: Any) -> list[Any]:
    """Return the alternatives of a result: msgspec describes no union of several Structs in one go."""
    return list(get_args(result)) if isinstance(result, UnionType) else [result]


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter without the null that stands for "not given"."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return (
        choices[0]
        if len(choices) == 1
        else {name: value for name, value in schema.items() if name != "default" or value is not None}
    )


def _without_description(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "description"}


def _describe_responses(result: Any) -> dict[str, Any]:
    error = {"$ref": REFERENCE.format(name="Error")}
    good = {"type": "object", "required": ["response"], "properties": {"response": result}}
    return {
        "200": {
            "description": "The answer; with `v` also an error, as VK answers it.",
            "content": {"application/json": {"schema": {"anyOf": [good, error]}}},
        },
        "400": {
            "description": "An error, without `v`.",
            "content": {"application/json": {"schema": error}},
        },
    }
