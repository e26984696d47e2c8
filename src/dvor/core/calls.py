"""Telephone calls that confirm a person: asking for one, and typing back the last digits of the number that rang."""

from dvor.core.courtyard import Courtyard
from dvor.model.calls import DIGITS_SECONDS, MAX_ATTEMPTS, MAX_CALLS_A_DAY, Confirmation
from dvor.model.errors import DigitsWrong, NumberInvalid, TooManyCalls
from dvor.outbound.calls import call_number
from dvor.store.calls import count_attempt, end_confirmation, find_confirmation, save_confirmation
from dvor.store.database import Transaction

DAY = 86400


def read_number(text: str) -> str:
    """Return a telephone number as E.164 (`+74950000001`); `NumberInvalid`.  It has to begin with + and the country."""
    import phonenumbers  # its tables only where somebody gives a number

    costly = {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST}
    try:
        number = phonenumbers.parse(text.strip(), None)
    except phonenumbers.NumberParseException as error:
        raise NumberInvalid("write it with + and the code of the country") from error
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in costly:
        raise NumberInvalid("there is no such number, or it costs extra")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def request_call(courtyard: Courtyard, user_id: int, purpose: str, phone: str) -> str:
    """Ring a person for a purpose and return the number as it was understood.

    Errors: `NumberInvalid`, `TooManyCalls` (so many a day), `CallFailed`.
    """
    number, now = read_number(phone), courtyard.now

    async def reserve(tx: Transaction) -> Confirmation:
        before = await find_confirmation(tx, user_id, purpose)
        calls = before.calls if before is not None and before.day == now // DAY else 0
        if calls >= MAX_CALLS_A_DAY:
            raise TooManyCalls(f"at most {MAX_CALLS_A_DAY} calls a day")
        reserved = Confirmation(
            user_id=user_id,
            purpose=purpose,
            phone=number,
            digits_hash=b"",
            attempts=0,
            expires_at=0,
            day=now // DAY,
            calls=calls + 1,
        )
        await save_confirmation(tx, reserved)
        return reserved

    reserved = await courtyard.database.write(reserve)
    digits = await call_number(courtyard.settings, number)
    confirmation = Confirmation(
        user_id=user_id,
        purpose=purpose,
        phone=number,
        digits_hash=_sign(courtyard, user_id, purpose, digits),
        attempts=0,
        expires_at=now + DIGITS_SECONDS,
        day=reserved.day,
        calls=reserved.calls,
    )
    await courtyard.database.write(lambda tx: save_confirmation(tx, confirmation))
    return number


async def confirm_call(courtyard: Courtyard, user_id: int, purpose: str, digits: str) -> str:
    """Return the number that was rung if these are the digits, once; `DigitsWrong`, also for too many or late guesses."""
    now, guess = courtyard.now, _sign(courtyard, user_id, purpose, digits.strip())

    async def write(tx: Transaction) -> str:
        last = await find_confirmation(tx, user_id, purpose)
        if last is None or last.expires_at <= now or last.attempts >= MAX_ATTEMPTS:
            return ""
        await count_attempt(tx, user_id, purpose)
        if last.digits_hash != guess:
            return ""
        await end_confirmation(tx, user_id, purpose)
        return last.phone

    phone = await courtyard.database.write(write)
    if not phone:  # raised only now, or the guess would not be counted
        raise DigitsWrong
    return phone


def _sign(courtyard: Courtyard, user_id: int, purpose: str, digits: str) -> bytes:
    """Hash digits under the master key: ten thousand plain hashes are tried in no time."""
    message = f"{user_id}\n{purpose}\n{digits}".encode("utf-8", "replace")
    return courtyard.master_key.sign("call digits", message)
