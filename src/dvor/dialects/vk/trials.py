"""Errors that a client must be able to live with, answered on purpose: for those who test their clients here.

The setting `trial_errors` names methods and codes.  6, 9 and 29 refuse every other call, so that a client that
tries again gets through; 14 is solved by typing the captcha's digits, 24 by `confirm=1`; 17 refuses always.
"""

import io
import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.dialects.vk import wire
from dvor.model.errors import Refusal

ALTERNATING = frozenset({6, 9, 29})
CAPTCHA, VALIDATION, CONFIRMATION = 14, 17, 24
PURPOSE = "captcha"


class TrialRefusal(Refusal):
    """A call that was refused on purpose; `members` stand in the error beside the code."""

    def __init__(self, code: int, members: dict[str, Any]) -> None:
        super().__init__()
        self.code = code
        self.members = members


class Trials:
    """Decides which calls are refused on purpose."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard
        pairs = (entry.partition("=") for entry in courtyard.settings.trial_errors)
        self._codes = {name.lower(): int(code) for name, _, code in pairs}
        self._calls: Counter[str] = Counter()

    def check(self, name: str, texts: Mapping[str, str]) -> None:
        """Refuse a call that the setting names, unless it carries what solves the error; `TrialRefusal`."""
        code = self._codes.get(name.lower(), self._codes.get("*")) if self._codes else None
        if code is None:
            return
        if code in ALTERNATING:
            self._calls[name] += 1
            if self._calls[name] % 2:
                raise TrialRefusal(code, {})
        elif code == CAPTCHA:
            sid = texts.get("captcha_sid", "")
            if not sid or texts.get("captcha_key", "").strip() != solution(self._courtyard, sid):
                fresh = secrets.token_hex(8)
                image = f"{self._courtyard.public_url}/captcha.php?sid={fresh}"
                raise TrialRefusal(code, {"captcha_sid": fresh, "captcha_img": image})
        elif code == CONFIRMATION:
            if texts.get("confirm") != "1":
                raise TrialRefusal(code, {"confirmation_text": "Do you really want that?"})
        else:
            raise TrialRefusal(code, {"redirect_uri": f"{self._courtyard.public_url}/login"})


def solution(courtyard: Courtyard, sid: str) -> str:
    """Return the five digits that a captcha shows."""
    signature = courtyard.master_key.sign(PURPOSE, sid.encode())
    return f"{int.from_bytes(signature[:8]) % 100_000:05d}"


def draw_captcha(text: str) -> bytes:
    """Return a picture of the digits, as PNG."""
    from PIL import Image, ImageDraw, ImageFont  # their memory only where captchas are tried

    image = Image.new("RGB", (160, 60), "#f4f1ea")
    ImageDraw.Draw(image).text((20, 8), text, fill="#25597a", font=ImageFont.load_default(40))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


class CaptchaEndpoint:
    """Shows the picture of a captcha at `/captcha.php?sid=…`."""

    def __init__(self, courtyard: Courtyard) -> None:
        self._courtyard = courtyard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        sid = wire.read_query(scope).get("sid", "")[:64]
        picture = draw_captcha(solution(self._courtyard, sid))
        headers = [(b"content-type", b"image/png"), (b"content-length", str(len(picture)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": picture})
