"""VK OAuth: `/authorize` sends a person to the page of consent and back to the app, `/access_token` takes the code.

Sources: VK's documentation of the authorization code and implicit flows; what social-auth-core, passport-vkontakte,
Auth.js, authlib, vk_api, vksdk and ASP.NET's provider send and expect.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from dvor.core import apps
from dvor.core.accounts import find_email
from dvor.core.authorizations import Asked, begin_request, issue_code, take_answer
from dvor.core.courtyard import Courtyard
from dvor.core.grants import grant_directly, grant_service_token, redeem_code, refresh_grant
from dvor.dialects.vk.filled_forms import ALLOW, LOG_IN, FilledForms
from dvor.dialects.vk.named import NamedEndpoint
from dvor.methods import http
from dvor.methods.http import Door, Doors, json_answer, redirect
from dvor.methods.limits import AppLimiter
from dvor.model.apps import BLANK_PAGES, VK, VK_ID, VK_IMPLICIT, App, accepts_redirect
from dvor.model.authorizations import (
    CODE_SECONDS,
    MAX_GROUPS,
    MAX_STATE_LENGTH,
    AuthorizationRequest,
    Grant,
    answer_address,
    is_challenge,
)
from dvor.model.errors import (
    AppNotFound,
    CodeInvalid,
    RedirectMismatch,
    Refusal,
    RequestExpired,
    TooManyCalls,
    VerifierMismatch,
    WrongAppSecret,
)
from dvor.model.tokens import FULL_SCOPE, TOKEN_SECONDS, Scope

CONTINUE = "/authorize/continue"
DISPLAYS = frozenset({"", "page", "popup", "mobile", "touch", "wap", "android", "ios", "windows_phone", "tv"})
PROTOCOLS = frozenset({VK, VK_ID})
PERSONAL_INFO = "vkid.personal_info"
"""VK ID's name for what every log-in gives."""
_REDIRECT_STATE = re.compile(r"[?&]redirect_state=[A-Za-z0-9_-]*$")
_GROUP_IDS = re.compile(rf"[1-9]\d{{0,9}}(?:,[1-9]\d{{0,9}}){{0,{MAX_GROUPS - 1}}}", re.ASCII)
_SEPARATORS = re.compile(r"[\s,+]+")


class OAuthRefusal(Refusal):
    """An error in OAuth's shape, for the app's server or, when nobody can be sent back, for the person."""

    def __init__(self, error: str, description: str, status: int = 401) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class SendBack(Refusal):
    """An error that the app is told through its redirect address."""

    def __init__(self, uri: str, answer: Mapping[str, str | int], *, in_fragment: bool = False) -> None:
        super().__init__(str(answer.get("error_description", "")))
        self.address = answer_address(uri, answer, in_fragment=in_fragment)


def refuse(refusal: Refusal) -> Response:
    """Write a refusal as VK does."""
    if isinstance(refusal, SendBack):
        return redirect(refusal.address)
    error, status = "invalid_request", 400
    description = refusal.detail
    if isinstance(refusal, OAuthRefusal):
        error, status = refusal.error, refusal.status
    elif isinstance(refusal, TooManyCalls):
        error, description, status = "slow_down", "too many requests, try again in a minute", 429
    elif isinstance(refusal, AppNotFound):
        error, description, status = "invalid_client", "client_id is incorrect", 401
    elif isinstance(refusal, WrongAppSecret):
        error, description, status = "invalid_client", "client_secret is incorrect", 401
    elif isinstance(refusal, CodeInvalid):
        error, description, status = "invalid_grant", "Code is invalid or expired.", 401
    elif isinstance(refusal, RedirectMismatch):
        error, status = "invalid_grant", 401
        description = "redirect_uri is invalid, please pass same redirect_uri, you used in authorize method."
    elif isinstance(refusal, VerifierMismatch):
        error, description, status = "invalid_grant", "verifier is missing or invalid", 401
    elif isinstance(refusal, RequestExpired):
        description = "this log-in is over or was answered already, go back to the site and begin again"
    return json_answer({"error": error, "error_description": description}, status)


def read_scope(text: str) -> Scope:
    """Return the rights asked for: VK's bit mask, or names separated by comma, space or plus; unknown ones are left out."""
    if text.isdecimal() and text.isascii():
        return Scope(int(text[:12]) & int(FULL_SCOPE))
    scope = Scope(0)
    for name in _SEPARATORS.split(text):
        if name.upper() in Scope.__members__:
            scope |= Scope[name.upper()]
    return scope


def write_scope(scope: int) -> str:
    """Return rights as VK ID names them, separated by spaces."""
    return " ".join([PERSONAL_INFO, *(str(one.name).lower() for one in Scope if one & scope)])


async def find_app(courtyard: Courtyard, text: str) -> App:
    """Return the app of a client_id; `AppNotFound` also for what is no number."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 15):
        raise AppNotFound(text[:20])
    async with courtyard.database.read() as tx:
        return await apps.find_app(tx, int(text))


def read_redirect(courtyard: Courtyard, app: App, texts: Mapping[str, str], protocol: str) -> str:
    """Return the redirect address asked for if the app may use it; programs have VK's blank page, which is ours."""
    uri = texts.get("redirect_uri", "")
    blank = f"{courtyard.public_url}/blank.html"
    if app.is_public and (not uri or uri in BLANK_PAGES or uri == blank):
        return blank
    if accepts_redirect(app, uri):
        return uri
    # social-auth-core adds its own state to the address, the one addition that is let through
    if protocol == VK and accepts_redirect(app, _REDIRECT_STATE.sub("", uri)):
        return uri
    try:
        host = urlsplit(uri).hostname
    except ValueError:
        host = None
    if host and host not in {urlsplit(one).hostname for one in app.redirect_uris} | {app.base_domain}:
        raise OAuthRefusal(
            "invalid_request", "redirect_uri has wrong domain, check application settings", 400
        )
    raise OAuthRefusal(
        "invalid_request",
        "redirect_uri is incorrect, check application redirect uri in the settings page",
        400,
    )


class OAuthEndpoint:
    """The doors of VK OAuth; `/authorize` is VK ID's too."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        self._limiter = AppLimiter(courtyard.settings.app_limit)
        self._named = NamedEndpoint(courtyard)
        self.forms = FilledForms(courtyard)

    async def authorize(self, asked: http.Asked) -> Response:
        """Begin a log-in, or show a page of one that a program goes through by itself."""
        texts = asked.texts
        is_named = texts.get("client_name") and not texts.get("client_id")
        if is_named and self._courtyard.settings.openvk_authorize:
            return await self._named.authorize(asked)
        return await self.forms.show(asked) or await self._ask(asked)

    async def _ask(self, asked: http.Asked) -> Response:
        """Check what an app asks for and send the person to the page of consent."""
        texts = asked.texts
        if not texts.get("client_id"):
            raise OAuthRefusal("invalid_request", "client_id is undefined", 400)
        app = await find_app(self._courtyard, texts["client_id"])
        is_vk_id = bool(texts.get("code_challenge")) and VK_ID in app.protocols
        protocol = VK_ID if is_vk_id else VK
        if protocol not in app.protocols:
            raise OAuthRefusal("unauthorized_client", "this application may not log in this way", 400)
        uri = read_redirect(self._courtyard, app, texts, protocol)
        in_fragment = texts.get("response_type") == "token"
        state = texts.get("state", "")
        back = {"state": state} if state and len(state) <= MAX_STATE_LENGTH else {}

        def refuse_back(error: str, description: str) -> SendBack:
            answer = {"error": error, "error_description": description, **back}
            return SendBack(uri, answer, in_fragment=in_fragment)

        if len(state) > MAX_STATE_LENGTH:
            raise refuse_back("invalid_request", f"state is longer than {MAX_STATE_LENGTH} characters")
        if texts.get("response_type", "code") not in ("code", "token") or (is_vk_id and in_fragment):
            raise refuse_back("unsupported_response_type", "response_type is incorrect")
        if in_fragment and VK_IMPLICIT not in app.protocols:
            raise refuse_back("unauthorized_client", "this application may not use response_type token")
        if texts.get("display", "") not in DISPLAYS:
            raise refuse_back("invalid_request", "Invalid display parameter")
        group_ids = texts.get("group_ids", "")
        if group_ids and (is_vk_id or not _GROUP_IDS.fullmatch(group_ids)):
            raise refuse_back("invalid_request", f"group_ids: at most {MAX_GROUPS} numbers of communities")
        parameters = self._read_challenge(texts, refuse_back) if texts.get("code_challenge") else {}
        if group_ids:
            parameters["group_ids"] = ",".join(dict.fromkeys(group_ids.split(",")))
        parameters |= {"response_type": texts.get("response_type", "code"), "state": state}
        if is_vk_id:
            parameters["device_id"] = secrets.token_urlsafe(24)
        is_filled = self.forms.suits(asked, app, parameters["response_type"])
        if is_filled:
            parameters["is_filled"] = "1"
        prompt = texts.get("prompt", "") if is_vk_id else ""
        request_id = await begin_request(
            self._courtyard,
            Asked(
                app=app,
                protocol=protocol,
                door=CONTINUE,
                redirect_uri=uri,
                scope=int(read_scope(texts.get("scope", ""))),
                parameters=parameters,
                prompt="consent" if texts.get("revoke") == "1" or group_ids else prompt,
            ),
        )
        return await self.forms.begin(asked, request_id) if is_filled else redirect(f"/consent/{request_id}")

    @staticmethod
    def _read_challenge(texts: Mapping[str, str], refuse_back: Any) -> dict[str, str]:
        if texts.get("code_challenge_method", "").upper() != "S256":
            raise refuse_back("invalid_request", "code_challenge_method must be S256")
        if not is_challenge(texts["code_challenge"]):
            raise refuse_back("invalid_request", "Invalid code_challenge")
        return {"code_challenge": texts["code_challenge"]}

    async def go_on(self, asked: http.Asked) -> Response:
        """Take the person's answer to the app."""
        request = await take_answer(self._courtyard, asked.query.get("ticket", ""), PROTOCOLS)
        parameters = request.parameters
        state: dict[str, str | int] = {"state": parameters["state"]} if parameters["state"] else {}
        in_fragment = parameters["response_type"] == "token"
        if request.outcome != "allowed":
            denied: dict[str, str | int] = {
                "error": "access_denied",
                "error_reason": "user_denied",
                "error_description": "User denied your request",
            }
            if request.outcome != "denied":
                denied = {"error": request.outcome, "error_description": "the user has to be asked"}
            return redirect(answer_address(request.redirect_uri, denied | state, in_fragment=in_fragment))
        if in_fragment:
            return await self._give_directly(request, state)
        code = await issue_code(self._courtyard, request, challenge=parameters.get("code_challenge", ""))
        answer: dict[str, str | int] = {"code": code, **state}
        if request.protocol == VK_ID:
            answer |= {
                "type": "code_v2",
                "device_id": parameters["device_id"],
                "expires_in": CODE_SECONDS,
            }
        return redirect(answer_address(request.redirect_uri, answer))

    async def _give_directly(self, request: AuthorizationRequest, state: dict[str, str | int]) -> Response:
        app = await find_app(self._courtyard, str(request.app_id))
        grant = await grant_directly(self._courtyard, request, app)
        if grant.group_tokens:
            answer: dict[str, str | int] = {
                f"access_token_{group_id}": text for group_id, text in grant.group_tokens.items()
            }
            answer |= {"expires_in": 0, **state}
        else:
            answer = {
                "access_token": grant.access_token,
                "expires_in": grant.lifetime,
                "user_id": grant.user_id,
                **await self._email(grant),
                **state,
            }
        if request.parameters.get("is_filled"):  # vk's UserAPI looks for the token within this
            answer["authorize_url"] = answer_address(request.redirect_uri, answer, in_fragment=True)
        return redirect(answer_address(request.redirect_uri, answer, in_fragment=True))

    async def _email(self, grant: Grant) -> dict[str, str]:
        if not grant.scope & Scope.EMAIL:
            return {}
        async with self._courtyard.database.read() as tx:
            email = await find_email(tx, grant.user_id)
        return {"email": email} if email else {}

    async def access_token(self, asked: http.Asked) -> Response:
        """Give an app the token for a code, or one that stands for the app itself."""
        texts = dict(asked.texts)
        if asked.basic is not None:
            texts["client_id"], texts["client_secret"] = asked.basic
        self._limiter.check(texts.get("client_id", ""), asked.address)
        app = await self._authenticate(texts)
        grant_type = texts.get("grant_type", "authorization_code")
        if grant_type == "client_credentials":
            lifetime = TOKEN_SECONDS[VK]
            token = await grant_service_token(self._courtyard, app, VK, lifetime)
            return json_answer({"access_token": token, "token_type": "Bearer", "expires_in": lifetime})
        if grant_type == "refresh_token":
            text = texts.get("refresh_token", "")
            grant = await refresh_grant(self._courtyard, app, text, protocols=PROTOCOLS)
        elif grant_type == "authorization_code":
            if not texts.get("code"):
                raise OAuthRefusal("invalid_request", "code is undefined")
            grant = await redeem_code(
                self._courtyard,
                app,
                texts["code"],
                protocols=PROTOCOLS,
                redirect_uri=self._own_blank(app, texts),
                verifier=texts.get("code_verifier", ""),
            )
        else:
            raise OAuthRefusal("unsupported_grant_type", "grant_type is incorrect")
        return json_answer(await self._draw(grant))

    async def _authenticate(self, texts: Mapping[str, str]) -> App:
        if not texts.get("client_id"):
            raise OAuthRefusal("invalid_client", "client_id is undefined")
        app = await find_app(self._courtyard, texts["client_id"])
        if not texts.get("client_secret"):
            raise OAuthRefusal("invalid_client", "client_secret is undefined")
        if not apps.is_secret_of(self._courtyard, app, texts["client_secret"]):
            raise WrongAppSecret
        return app

    def _own_blank(self, app: App, texts: Mapping[str, str]) -> str:
        uri = texts.get("redirect_uri", "")
        if app.is_public and (not uri or uri in BLANK_PAGES):
            return f"{self._courtyard.public_url}/blank.html"
        return uri

    async def _draw(self, grant: Grant) -> dict[str, Any]:
        if grant.group_tokens:
            tokens = [{"group_id": one, "access_token": text} for one, text in grant.group_tokens.items()]
            return {"groups": tokens, "expires_in": 0}
        body: dict[str, Any] = {
            "access_token": grant.access_token,
            "token_type": "Bearer",
            "expires_in": grant.lifetime,
            "user_id": grant.user_id,
            **await self._email(grant),
        }
        if grant.parameters.get("state"):
            body["state"] = grant.parameters["state"]
        if grant.refresh_token:
            body["refresh_token"] = grant.refresh_token
        return body


async def blank(_asked: http.Asked) -> Response:
    """Show the page where programs read the token out of the address."""
    return http.page(
        "OAuth Blank",
        "Do not copy the address of this page for anybody: whoever has it can act as you.",
        200,
    )


def doors(courtyard: Courtyard) -> Doors:
    """Return the doors of VK OAuth."""
    endpoint, limit = OAuthEndpoint(courtyard), courtyard.settings.form_limit
    authorize = Door(endpoint.authorize, refuse, limit=limit)
    access_token = Door(endpoint.access_token, refuse, limit=limit, is_shared=True)
    return {
        "/authorize": authorize,
        "/oauth/authorize": authorize,
        LOG_IN: Door(endpoint.forms.log_in, refuse, limit=limit, methods=("POST",)),
        ALLOW: Door(endpoint.forms.allow, refuse, limit=limit),
        CONTINUE: Door(endpoint.go_on, refuse, limit=limit, methods=("GET",)),
        "/access_token": access_token,
        "/oauth/access_token": access_token,
        "/blank.html": Door(blank, refuse, limit=limit, methods=("GET",)),
    }
