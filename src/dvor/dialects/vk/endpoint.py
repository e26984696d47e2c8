"""The door `/method/<section>.<method>`: a bare ASGI application."""

import time
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.dialects.vk import wire
from dvor.dialects.vk.errors import INTERNAL_ERROR, RUNTIME_ERROR, TEXTS, UNKNOWN_METHOD, code_of, text_of
from dvor.dialects.vk.trials import TrialRefusal, Trials
from dvor.methods.declaration import Beside, CallRefused, Method
from dvor.methods.dispatch import CountCall, Dispatcher, Outcome, Request
from dvor.model.errors import NotImplementedYet, Refusal

_log = structlog.get_logger("dvor.vk")


class UnknownMethod(Refusal):
    """Neither VK nor OpenVK has a method of this name."""


def known_methods() -> dict[str, tuple[str, str, str]]:
    """Return the methods of VK's schema 5.199 and of OpenVK cff21778: name, `vk` or empty, `openvk` or empty."""
    text = (files("dvor.dialects.vk") / "known_methods.tsv").read_text()
    rows = (line.split("\t") for line in text.splitlines())
    return {name.lower(): (name, vk, openvk) for name, vk, openvk in rows}


def known_parameters() -> dict[str, list[str]]:
    """Return the parameters that VK's schema 5.199 names, by the method's name in small letters."""
    text = (files("dvor.dialects.vk") / "known_parameters.tsv").read_text()
    rows = (line.split("\t") for line in text.splitlines())
    return {name.lower(): parameters.split(",") for name, parameters in rows}


class MethodEndpoint:
    """Answers calls of the VK API."""

    def __init__(self, courtyard: Courtyard, methods: Mapping[str, Method], count_call: CountCall) -> None:
        self._settings = courtyard.settings
        self._dispatcher = Dispatcher(courtyard)
        self._methods = methods
        self._known = known_methods()
        self._trials = Trials(courtyard)
        self._count_call = count_call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its path is `/method/NAME`."""
        if scope["method"] == "OPTIONS":
            await wire.send_preflight(scope, send)
            return
        name = scope["path"].removeprefix("/method/").strip("/").removesuffix(".json")
        started = time.perf_counter()
        method = self._methods.get(name.lower())
        try:
            status, body, outcome = await self._answer(method, name, scope, receive)
        except wire.ClientGone:
            return
        self._count_call("vk", method.name if method else "unknown", outcome, time.perf_counter() - started)
        await wire.send_json(send, status, body, head_only=scope["method"] == "HEAD")

    async def _answer(
        self, method: Method | None, name: str, scope: Scope, receive: Receive
    ) -> tuple[int, object, Outcome]:
        """Return the status, the body and, for the statistics, the outcome."""
        texts: dict[str, str] = {}
        outcome: Outcome = "refused"
        more: dict[str, Any] = {}
        try:
            texts = wire.read_query(scope)
            takes_files = method is not None and method.pictures and wire.is_multipart(scope)
            limit = self._settings.upload_limit if takes_files else self._settings.form_limit
            texts, files = await wire.read_parameters_and_files(scope, receive, limit, texts)
            request = read_request(scope, texts)
            request.files = files
            request.inner = partial(self._answer_inner, request)
            if method is None:
                raise self._missing(name)
            self._trials.check(method.name, texts)
            answer = await self._dispatcher.answer(method, request)
            if isinstance(answer, Beside):
                return 200, {"response": answer.response} | answer.members, "ok"
            return 200, {"response": answer}, "ok"
        except TrialRefusal as refusal:
            code, text, more = refusal.code, TEXTS[refusal.code], refusal.members
        except Refusal as refusal:
            code, text = _describe(method, refusal, texts)
        except wire.ClientGone:
            raise
        except Exception:
            _log.exception("a method failed", method=name)
            code, text, outcome = INTERNAL_ERROR, TEXTS[INTERNAL_ERROR], "failed"
        _, is_versioned = wire.read_version(texts)
        body = wire.error_body(code, text, texts, name, is_versioned=is_versioned, **more)
        return 200 if is_versioned else 400, body, outcome

    async def _answer_inner(self, outer: Request, name: str, texts: Mapping[str, str]) -> Any:
        """Answer a call that another call makes; `CallRefused`."""
        method = self._methods.get(name.lower())
        request = replace(outer, parameters=texts, files={}, inner=None, is_inner=True)
        try:
            if method is None:
                raise self._missing(name)
            for parameter, text in texts.items():
                wire.refuse_nul(parameter, text)
            if method.composes:
                raise CallRefused(RUNTIME_ERROR, f"{TEXTS[RUNTIME_ERROR]}: {name} inside execute")
            return await self._dispatcher.answer(method, request)
        except Refusal as refusal:
            raise CallRefused(*_describe(method, refusal, outer.parameters)) from refusal
        except CallRefused:
            raise
        except Exception as error:
            _log.exception("an inner call failed", method=name)
            raise CallRefused(INTERNAL_ERROR, TEXTS[INTERNAL_ERROR]) from error

    def _missing(self, name: str) -> Refusal:
        if name.lower() in self._known:
            return NotImplementedYet(f"the method {self._known[name.lower()][0]}")
        return UnknownMethod()


def _describe(method: Method | None, refusal: Refusal, texts: Mapping[str, str]) -> tuple[int, str]:
    """Return the code and the text of a refusal."""
    own = method.errors if method else {}
    code = UNKNOWN_METHOD if isinstance(refusal, UnknownMethod) else code_of(refusal, own)
    _, is_versioned = wire.read_version(texts)
    return code, text_of(code, refusal, is_versioned=is_versioned)


def read_request(scope: Scope, texts: Mapping[str, str]) -> Request:
    """Return what the dispatcher needs to know of a request."""
    version, is_versioned = wire.read_version(texts)
    client = scope.get("client")
    return Request(
        parameters=texts,
        token=texts.get("access_token") or wire.bearer_token(scope),
        version=version,
        is_versioned=is_versioned,
        address=client[0] if client else "",
        tolerates_bad_token=not is_versioned,
    )
