"""`/oidc/authorize`: an app asks for a log-in; the person answers on the page of consent and is sent back with a code.

Standards: OpenID Connect Core 1.0, 3.1.2; RFC 6749; RFC 7636 (S256 only); RFC 9207 (`iss` in every answer); RFC 9700.
"""

from collections.abc import Mapping

from starlette.responses import Response

from dvor.core import apps
from dvor.core.authorizations import Asked, begin_request, find_request, issue_code, take_answer
from dvor.core.courtyard import Courtyard
from dvor.core.keys import read_claims
from dvor.dialects.oidc.errors import SendBack, refuse_person
from dvor.methods import http
from dvor.methods.http import Door, Doors, redirect
from dvor.model.apps import OPENID, App, accepts_redirect
from dvor.model.authorizations import MAX_STATE_LENGTH, AuthorizationRequest, answer_address, is_challenge
from dvor.model.errors import AppNotFound, RedirectMismatch, RequestExpired
from dvor.model.tokens import OpenIdScope

CONTINUE = "/oidc/authorize/continue"
PUSHED = "urn:ietf:params:oauth:request_uri:"
PUSHED_SECONDS = 300
"""How long a pushed request may wait for its person (RFC 9126)."""
MAX_HINT_LENGTH = 254
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
UNSUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
DESCRIPTIONS = {
    "denied": ("access_denied", "the person said no"),
    "login_required": ("login_required", "nobody is logged in, or not recently enough"),
    "consent_required": ("consent_required", "the person has not allowed this yet"),
}


def read_scope(text: str) -> OpenIdScope:
    """Return the scopes asked for; unknown ones are left out (OpenID Connect Core, 3.1.2.1)."""
    scope = OpenIdScope(0)
    for name in text.split(" "):
        if name and name == name.lower() and name.upper() in OpenIdScope.__members__:
            scope |= OpenIdScope[name.upper()]
    return scope


def write_scope(scope: int) -> str:
    """Return scopes by their names."""
    return " ".join(str(one.name).lower() for one in OpenIdScope if one & scope)


async def find_app(courtyard: Courtyard, text: str) -> App:
    """Return the app of a client_id that may use OpenID Connect; `AppNotFound`."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 15):
        raise AppNotFound(text[:20])
    async with courtyard.database.read() as tx:
        app = await apps.find_app(tx, int(text))
    if OPENID not in app.protocols:
        raise AppNotFound(text)
    return app


class AuthorizeEndpoint:
    """The door to the page of consent, and the way back."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def authorize(self, asked: http.Asked) -> Response:
        """Check what an app asks for, or has pushed before, and send the person to the page of consent."""
        if {"client_id", "redirect_uri", "request_uri"} & asked.repeated:
            raise RedirectMismatch
        app = await find_app(self._courtyard, asked.texts.get("client_id", ""))
        pushed = asked.texts.get("request_uri", "")
        if pushed.startswith(PUSHED):
            request_id = await self._find_pushed(app, pushed.removeprefix(PUSHED))
        else:
            request_id = await self.store(app, asked)
        return redirect(f"/consent/{request_id}")

    async def _find_pushed(self, app: App, request_id: str) -> str:
        now = self._courtyard.now
        async with self._courtyard.database.read() as tx:
            request = await find_request(tx, request_id, now)
        if (request.app_id, request.protocol) != (
            app.id,
            OPENID,
        ) or request.created_at + PUSHED_SECONDS <= now:
            raise RequestExpired
        return request_id

    async def store(self, app: App, asked: http.Asked) -> str:
        """Check what an app asks for and store it; return the id of the request."""
        texts = asked.texts
        uri = texts.get("redirect_uri", "")
        if not accepts_redirect(app, uri):
            raise RedirectMismatch
        state = texts.get("state", "")
        extra = {"iss": self._courtyard.public_url}
        if state and len(state) <= MAX_STATE_LENGTH:
            extra["state"] = state
        if problem := self._find_problem(app, asked):
            raise SendBack(uri, *problem, extra)
        parameters = {"state": state, "nonce": texts.get("nonce", "")}
        if texts.get("code_challenge"):
            parameters["code_challenge"] = texts["code_challenge"]
        if texts.get("login_hint"):
            parameters["login_hint"] = texts["login_hint"][:MAX_HINT_LENGTH]
        if hint := texts.get("id_token_hint"):
            claims = await read_claims(self._courtyard, hint)
            if claims is None or claims.get("iss") != self._courtyard.public_url:
                raise SendBack(uri, "invalid_request", "id_token_hint is none of ours", extra)
            parameters["sub"] = str(claims.get("sub", ""))
        return await begin_request(
            self._courtyard,
            Asked(
                app=app,
                protocol=OPENID,
                door=CONTINUE,
                redirect_uri=uri,
                scope=int(read_scope(texts.get("scope", ""))),
                parameters=parameters,
                prompt=texts.get("prompt", ""),
                max_age=int(texts.get("max_age") or -1),
            ),
        )

    @staticmethod
    def _find_problem(app: App, asked: http.Asked) -> tuple[str, str] | None:
        """Return the first error and its description."""
        texts = asked.texts
        if asked.repeated:
            return "invalid_request", f"{min(asked.repeated)} is given more than once"
        for name, error in UNSUPPORTED.items():
            if name in texts:
                return error, f"{name} is not supported"
        if len(texts.get("state", "")) > MAX_STATE_LENGTH or len(texts.get("nonce", "")) > MAX_STATE_LENGTH:
            return "invalid_request", f"state and nonce may have {MAX_STATE_LENGTH} characters"
        if not texts.get("response_type"):
            return "invalid_request", "response_type is missing"
        if texts["response_type"] != "code":
            return "unsupported_response_type", "response_type must be code"
        if texts.get("response_mode", "query") != "query":
            return "invalid_request", "response_mode must be query"
        return _find_odd_prompt(texts) or _find_odd_challenge(app, texts)

    async def go_on(self, asked: http.Asked) -> Response:
        """Take the person's answer to the app."""
        request = await take_answer(self._courtyard, asked.query.get("ticket", ""), {OPENID})
        answer = await self._answer(request)
        if request.parameters["state"]:
            answer["state"] = request.parameters["state"]
        answer["iss"] = self._courtyard.public_url
        return redirect(answer_address(request.redirect_uri, answer))

    async def _answer(self, request: AuthorizationRequest) -> dict[str, str | int]:
        outcome: str = request.outcome
        if outcome == "allowed" and request.parameters.get("sub", str(request.user_id)) != str(
            request.user_id
        ):
            outcome = "login_required"
        if outcome != "allowed":
            error, description = DESCRIPTIONS[outcome]
            return {"error": error, "error_description": description}
        challenge = request.parameters.get("code_challenge", "")
        return {"code": await issue_code(self._courtyard, request, challenge=challenge)}


def _find_odd_prompt(texts: Mapping[str, str]) -> tuple[str, str] | None:
    prompts = set(texts.get("prompt", "").split())
    if prompts - PROMPTS or ("none" in prompts and len(prompts) > 1):
        return "invalid_request", "prompt is none, or some of login, consent and select_account"
    max_age = texts.get("max_age", "")
    if max_age and not (max_age.isdecimal() and max_age.isascii() and len(max_age) <= 12):
        return "invalid_request", "max_age is a number of seconds"
    return None


def _find_odd_challenge(app: App, texts: Mapping[str, str]) -> tuple[str, str] | None:
    challenge = texts.get("code_challenge", "")
    if challenge and texts.get("code_challenge_method") != "S256":
        return "invalid_request", "code_challenge_method must be S256"
    if challenge and not is_challenge(challenge):
        return "invalid_request", "code_challenge is no SHA-256 in base64url"
    if app.is_public and not challenge:
        return "invalid_request", "code_challenge is missing, and this app has no secret"
    return None


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors that a person goes through."""
    endpoint, limit = AuthorizeEndpoint(courtyard), courtyard.settings.form_limit
    return {
        "/oidc/authorize": Door(endpoint.authorize, refuse_person, limit=limit),
        CONTINUE: Door(endpoint.go_on, refuse_person, limit=limit, methods=("GET",)),
    }
