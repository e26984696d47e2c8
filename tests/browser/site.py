"""An outside site: it sends its visitors to Dvor by one of four protocols and shows who comes back."""

import http.server
import json
import secrets
import threading
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from dvor.model.authorizations import make_challenge

VERIFIER = "v" * 60


class OutsideSite:
    """Addresses: `/vk`, `/vkid`, `/oidc`, `/sngine` begin a log-in, `/back/…` ends it with the profile as JSON."""

    def __init__(self, dvor: str) -> None:
        self.dvor = dvor
        self.app_id = self.key = ""
        self.state = secrets.token_urlsafe(64)
        self.tokens: dict[str, str] = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                name = parts.path.rpartition("/")[2]
                if parts.path.startswith("/back/"):
                    told = outer.end(name, dict(parse_qsl(parts.query)))
                    body = json.dumps(told, ensure_ascii=False).encode()
                    self.send_response(200)
                    self.send_header("content-type", "application/json; charset=utf-8")
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                elif name in ("vk", "vkid", "oidc", "sngine"):
                    self.send_response(302)
                    self.send_header("location", outer.begin(name))
                    self.end_headers()
                else:
                    self.send_error(404)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def start(self) -> None:
        """Serve from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def back(self, name: str) -> str:
        """Return the redirect address of a protocol."""
        return f"{self.url}/back/{name}"

    def begin(self, name: str) -> str:
        """Return where a visitor is sent."""
        if name == "sngine":
            return f"{self.dvor}/api/oauth?app_id={self.app_id}"
        asked = {
            "client_id": self.app_id,
            "redirect_uri": self.back(name),
            "response_type": "code",
            "state": self.state,
        }
        if name == "oidc":
            return f"{self.dvor}/oidc/authorize?{urlencode(asked | {'scope': 'openid profile email'})}"
        asked["scope"] = "email"
        if name == "vkid":
            asked |= {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"}
        return f"{self.dvor}/authorize?{urlencode(asked)}"

    def end(self, name: str, told: dict[str, str]) -> Any:
        """Turn what came back into a profile."""
        if "error" in told or not {"code", "auth_key"} & told.keys():
            return told
        if name != "sngine":
            assert told["state"] == self.state
        with httpx.Client(base_url=self.dvor) as http:
            return getattr(self, f"_end_{name}")(http, told)

    def _end_vk(self, http: httpx.Client, told: dict[str, str]) -> Any:
        form = {"client_id": self.app_id, "client_secret": self.key, "redirect_uri": self.back("vk")}
        body = http.post("/access_token", data=form | {"code": told["code"]}).json()
        self.tokens["vk"] = body["access_token"]
        return self.ask("vk", http)

    def _end_vkid(self, http: httpx.Client, told: dict[str, str]) -> Any:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.app_id,
            "redirect_uri": self.back("vkid"),
            "code": told["code"],
            "code_verifier": VERIFIER,
            "device_id": told["device_id"],
            "state": told["state"],
        }
        self.tokens["vkid"] = http.post("/oauth2/auth", data=form).json()["access_token"]
        return self.ask("vkid", http)

    def _end_oidc(self, http: httpx.Client, told: dict[str, str]) -> Any:
        form = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": self.back("oidc")}
        body = http.post("/oidc/token", data=form, auth=(self.app_id, self.key)).json()
        self.tokens["oidc"] = body["access_token"]
        return self.ask("oidc", http)

    def _end_sngine(self, http: httpx.Client, told: dict[str, str]) -> Any:
        form = {"app_id": self.app_id, "app_secret": self.key, "auth_key": told["auth_key"]}
        self.tokens["sngine"] = http.get("/api/authorize", params=form).json()["access_token"]
        return self.ask("sngine", http)

    def ask(self, name: str, http: httpx.Client) -> Any:
        """Ask Dvor who the person of a token is."""
        token = self.tokens[name]
        if name == "vk":
            asked = {"access_token": token, "v": "5.199", "fields": "photo_200"}
            return http.get("/method/users.get", params=asked).json()
        if name == "vkid":
            return http.post("/oauth2/user_info", data={"access_token": token}).json()
        if name == "oidc":
            return http.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"}).json()
        return http.get("/api/get_user_info", params={"access_token": token}).json()
