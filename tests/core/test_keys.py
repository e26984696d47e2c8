"""Signing keys: made once, changed now and then, and what they signed is believed for as long as it may live."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from dvor.core import keys
from dvor.core.courtyard import Courtyard
from tests.core.conftest import NOW, Clock


async def known_keys(courtyard: Courtyard) -> KeySet:
    """Return the keys as an app reads them."""
    kinds: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey}
    published = (await keys.publish_keys(courtyard))["keys"]
    return KeySet([kinds[key["kty"]].import_key(key) for key in published])


@pytest.mark.parametrize(("algorithm", "kind"), [("RS256", "RSA"), ("ES256", "EC")])
async def test_what_is_signed_can_be_checked_by_anybody(
    courtyard: Courtyard, algorithm: str, kind: str
) -> None:
    text = await keys.sign_claims(courtyard, {"sub": "1"}, algorithm)
    published = await keys.publish_keys(courtyard)
    assert len(published["keys"]) == 2
    [own] = [key for key in published["keys"] if key["kty"] == kind]
    assert (own["use"], own["alg"]) == ("sig", algorithm)
    assert not {"d", "p", "q"} & own.keys(), "the private half stays here"
    checked = jwt.decode(text, await known_keys(courtyard), algorithms=[algorithm])
    assert (checked.header["kid"], checked.claims) == (own["kid"], {"sub": "1"})
    assert await keys.read_claims(courtyard, text) == {"sub": "1"}
    assert await keys.publish_keys(courtyard) == published


async def test_what_others_signed_is_not_believed(courtyard: Courtyard) -> None:
    await keys.publish_keys(courtyard)
    foreign = RSAKey.generate_key(2048, {"kid": "x"})
    forged = jwt.encode({"alg": "RS256", "kid": "x"}, {"sub": "1"}, foreign)
    for text in (forged, "", "a.b.c", "e30.e30.", await keys.sign_claims(courtyard, {"sub": "1"}) + "A"):
        assert await keys.read_claims(courtyard, text) is None


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_keys_change_with_an_overlap(courtyard: Courtyard, clock: Clock, algorithm: str) -> None:
    async def published() -> list[str]:
        return [key["kid"] for key in (await keys.publish_keys(courtyard))["keys"] if key["alg"] == algorithm]

    async def signer() -> str:
        text = await keys.sign_claims(courtyard, {"sub": "1"}, algorithm)
        found = jwt.decode(text, await known_keys(courtyard), algorithms=[algorithm])
        return str(found.header["kid"])

    [first] = await published()
    old = await keys.sign_claims(courtyard, {"sub": "1"}, algorithm)
    await keys.rotate_keys(courtyard)
    assert await published() == [first], "it is young"
    clock.now = NOW + keys.SIGNING_SECONDS
    await keys.rotate_keys(courtyard)
    _, second = await published()
    assert await signer() == first, "clients do not know the new one yet"
    clock.now += keys.PUBLISHED_SECONDS
    assert await signer() == second
    assert await keys.read_claims(courtyard, old) == {"sub": "1"}
    clock.now = NOW + 2 * keys.SIGNING_SECONDS
    await keys.rotate_keys(courtyard)
    assert first not in await published()
    assert await keys.read_claims(courtyard, old) is None
