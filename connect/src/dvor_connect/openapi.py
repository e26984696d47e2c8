"""The OpenAPI file of a site's `…/user-info` doors, in the form that no-code API connectors import: two calls for each network.

A platform logs people in at the network itself (the file names the addresses) and asks the site with the token it got, and
with the site's bridge key.  Objects are nested, so that a platform shows `city.id`; types and order are those of the table.
"""

from collections.abc import Iterable
from typing import Any

from dvor_connect.networks import Network
from dvor_connect.people import TableField, user_info_fields

TYPES = {"text": "string", "number": "number", "yes-no": "boolean"}
PROFILE = {
    name: {"type": "boolean" if name.startswith("is_") else "string", "nullable": True}
    for name in (
        "network",
        "id",
        "name",
        "first_name",
        "last_name",
        "screen_name",
        "email",
        "is_email_verified",
        "phone",
        "sex",
        "birth_date",
        "picture",
        "city",
        "country",
        "page",
    )
}


def write_openapi(networks: Iterable[Network], url: str, path: str = "/login") -> dict[str, Any]:
    """Return the document for a site at `url` whose doors are below `path`."""
    listed = list(networks)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Get User info",
            "version": "1",
            "description": "Who somebody is at a social network, by dvor-connect.",
        },
        "servers": [{"url": url.rstrip("/")}],
        "paths": {f"{path}/{one.key}/user-info": _write_calls(one) for one in listed},
        "components": {
            "schemas": {"UserInfo": _write_user_info(), "Error": _ERROR},
            "securitySchemes": {
                "bridge": {"type": "apiKey", "in": "header", "name": "X-Connect-Key"},
                **{one.key: _write_scheme(one) for one in listed if one.protocol != "webtv"},
            },
        },
    }


def _write_calls(network: Network) -> dict[str, Any]:
    return {
        "get": _write_call(network, "data", "Data", "Reads it."),
        "post": _write_call(network, "action", "Action", "Reads it and saves it in the site's database."),
    }


def _write_call(network: Network, name: str, title: str, effect: str) -> dict[str, Any]:
    wants_id = network.protocol == "webtv"
    parameter = {"name": "user_id", "in": "query", "required": wants_id, "schema": {"type": "string"}}
    is_told = network.protocol in ("vk", "openvk", "webtv")
    return {
        "operationId": f"{network.key}_get_user_info_{name}",
        "summary": f"{network.title}: Get User info - {title}",
        "description": f"Returns detailed information on users. {effect} {network.notes}".strip(),
        "tags": [network.title],
        "parameters": [{**parameter, "description": "Somebody else's id."}] if is_told else [],
        "security": [{"bridge": []}] if wants_id else [{"bridge": [], network.key: []}],
        "responses": {
            "200": _json("The person.", "UserInfo"),
            **{
                status: _json(text, "Error")
                for status, text in (
                    ("401", "The token is expired or revoked."),
                    ("403", "The bridge key is wrong, or the network refused."),
                    ("429", "Too many calls."),
                    ("502", "The network does not answer."),
                )
            },
        },
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}


_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
    "required": ["error", "message"],
}


def _write_scheme(network: Network) -> dict[str, Any]:
    if network.protocol == "oidc":
        address = network.fill(network.issuer).rstrip("/")
        return {"type": "openIdConnect", "openIdConnectUrl": f"{address}/.well-known/openid-configuration"}
    if network.protocol in ("vk", "vkid"):
        flow = {
            "authorizationUrl": network.fill(network.authorize),
            "tokenUrl": network.fill(network.token),
            "scopes": dict.fromkeys(network.scopes, ""),
        }
        return {"type": "oauth2", "flows": {"authorizationCode": flow}}
    return {"type": "http", "scheme": "bearer"}


def _write_user_info() -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for one in user_info_fields():
        outer, _, inner = one.name.partition(".")
        if inner:
            group = properties.setdefault(outer, {"type": "object", "properties": {}})
            group["properties"][inner] = _write_field(one)
        else:
            properties[outer] = _write_field(one)
    profile = {"type": "object", "properties": PROFILE, "description": "The same for all networks."}
    return {"type": "object", "properties": {**properties, "profile": profile}}


def _write_field(one: TableField) -> dict[str, Any]:
    return {"type": TYPES[one.type], "nullable": True, "description": one.description}
