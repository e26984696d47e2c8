"""What the server says of itself (OpenID Connect Discovery 1.0, RFC 8414), and its public keys."""

from typing import Any

from starlette.responses import Response

from dvor.core.courtyard import Courtyard
from dvor.core.keys import publish_keys
from dvor.dialects.oidc.errors import refuse_app
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer
from dvor.model.apps import SIGNING_ALGORITHMS
from dvor.model.tokens import OpenIdScope

CLAIMS = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "address",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
]
CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "none"]


def describe(courtyard: Courtyard) -> dict[str, Any]:
    """Return the metadata; every address begins with the public one."""
    site = courtyard.public_url
    return {
        "issuer": site,
        "authorization_endpoint": f"{site}/oidc/authorize",
        "token_endpoint": f"{site}/oidc/token",
        "userinfo_endpoint": f"{site}/oidc/userinfo",
        "jwks_uri": f"{site}/oidc/jwks",
        "revocation_endpoint": f"{site}/oidc/revoke",
        "introspection_endpoint": f"{site}/oidc/introspect",
        "pushed_authorization_request_endpoint": f"{site}/oidc/par",
        "require_pushed_authorization_requests": False,
        "end_session_endpoint": f"{site}/oidc/logout",
        "scopes_supported": [str(one.name).lower() for one in OpenIdScope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "token_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "revocation_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "introspection_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION[:2],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": CLAIMS,
        "ui_locales_supported": ["en", "ru"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors where the server describes itself."""

    async def metadata(_asked: http.Asked) -> Response:
        return json_answer(describe(courtyard), headers={"cache-control": "public, max-age=300"})

    async def keys(_asked: http.Asked) -> Response:
        kept = {"cache-control": "public, max-age=300"}
        return json_answer(await publish_keys(courtyard), headers=kept)

    limit = courtyard.settings.form_limit
    told = Door(metadata, refuse_app, limit=limit, methods=("GET",), is_shared=True)
    return {
        "/.well-known/openid-configuration": told,
        "/.well-known/oauth-authorization-server": told,
        "/oidc/jwks": Door(keys, refuse_app, limit=limit, methods=("GET",), is_shared=True),
    }
