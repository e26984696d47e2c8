"""Signing keys: made once, changed now and then, and what they signed is believed for as long as it may live."""

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dvor.core import keys
from dvor.core.courtyard import Courtyard
from tests.core.conftest import NOW, Clock


async def known_keys(courtyard: Courtyard) -> KeySet:
    """Return the keys as an app reads them."""
    return KeySet([RSAKey.import_key(key) for key in (await keys.publish_keys(courtyard))["keys"]])


async def test_what_is_signed_can_be_checked_by_anybody(courtyard: Courtyard) -> None:
    text = await keys.sign_claims(courtyard, {"sub": "1"})
    published = await keys.publish_keys(courtyard)
    [only] = published["keys"]
    assert (only["kty"], only["use"], only["alg"]) == ("RSA", "sig", "RS256")
    assert not {"d", "p", "q"} & only.keys(), "the private half stays here"
    checked = jwt.decode(text, await known_keys(courtyard), algorithms=["RS256"])
    assert (checked.header["kid"], checked.claims) == (only["kid"], {"sub": "1"})
    assert await keys.read_claims(courtyard, text) == {"sub": "1"}
    assert await keys.publish_keys(courtyard) == published


async def test_what_others_signed_is_not_believed(courtyard: Courtyard) -> None:
    await keys.publish_keys(courtyard)
    foreign = RSAKey.generate_key(2048, {"kid": "x"})
    forged = jwt.encode({"alg": "RS256", "kid": "x"}, {"sub": "1"}, foreign)
    for text in (forged, "", "a.b.c", "e30.e30.", await keys.sign_claims(courtyard, {"sub": "1"}) + "A"):
        assert await keys.read_claims(courtyard, text) is None


async def test_keys_change_with_an_overlap(courtyard: Courtyard, clock: Clock) -> None:
    async def published() -> list[str]:
        return [key["kid"] for key in (await keys.publish_keys(courtyard))["keys"]]

    async def signer() -> str:
        text = await keys.sign_claims(courtyard, {"sub": "1"})
        return str(jwt.decode(text, await known_keys(courtyard)).header["kid"])

    [first] = await published()
    old = await keys.sign_claims(courtyard, {"sub": "1"})
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
