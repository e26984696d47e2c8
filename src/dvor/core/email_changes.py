"""Another e-mail address: a link goes to the new one and to the old one, and both have to be opened.

So neither a stranger at the open browser nor a mistyped address takes an account away.  A login that is no e-mail
address gets no letter; then the new address alone confirms.
"""

from dvor.core.courtyard import Courtyard
from dvor.core.letters import WriteLetter, draw_link, look_at_link, queue_letter, seal_letter, use_link
from dvor.model.accounts import fold_login
from dvor.model.errors import InvalidParameter, LinkInvalid, UserNotFound
from dvor.model.letters import EMAIL, Link, is_address
from dvor.store.accounts import find_account, load_account, set_email_verified, set_logins
from dvor.store.database import Transaction
from dvor.store.letters import delete_link, find_link, insert_link

LAST = "last"
"""In the body of a link whose companion was opened: this one makes the change."""


async def request_email_change(
    courtyard: Courtyard, user_id: int, email: str, write_new: WriteLetter, write_old: WriteLetter
) -> None:
    """Send the letters; nobody learns whether the new address has an account, but the letter to it says so.

    `InvalidParameter` for what is no address, or the address that one has.
    """
    wanted, now = fold_login(email), courtyard.now
    async with courtyard.database.read() as tx:
        account = await load_account(tx, user_id)
    if account is None:
        raise UserNotFound(str(user_id))
    if not is_address(wanted) or wanted == account.login:
        raise InvalidParameter("email", "is no other e-mail address")
    has_old = is_address(account.login)
    secrets, links = zip(*(draw_link(courtyard, EMAIL, user_id, {}) for _ in range(2)), strict=True)
    body = {"email": wanted, "from": account.login}
    bodies = [body | {"other": links[1 - place].secret_hash.hex()} for place in range(2)]
    if not has_old:
        bodies[0] |= {LAST: "1"}
    letters = [seal_letter(courtyard, write_new(secrets[0])), seal_letter(courtyard, write_old(secrets[1]))]
    taken = seal_letter(courtyard, write_new(""))

    async def write(tx: Transaction) -> None:
        if await find_account(tx, wanted) is not None:
            await queue_letter(tx, taken, now)
            if has_old:
                await queue_letter(tx, letters[1], now)
            return
        for link, words, letter in list(zip(links, bodies, letters, strict=True))[: 1 + has_old]:
            await insert_link(tx, Link(link.secret_hash, link.purpose, user_id, words, link.expires_at))
            await queue_letter(tx, letter, now)

    await courtyard.database.write(write)


async def find_email_change(tx: Transaction, secret: str, now: int) -> str:
    """Return the new address that a link stands for; `LinkInvalid`."""
    return (await look_at_link(tx, EMAIL, secret, now)).body["email"]


async def confirm_email_change(courtyard: Courtyard, secret: str) -> bool:
    """Note that one of the two links was opened; True if the address is changed by that, False if the other is waited for.

    `LinkInvalid`: also when the address is another's by now, or the account has another one than when it was asked for.
    """
    now = courtyard.now

    async def write(tx: Transaction) -> bool:
        link = await use_link(tx, EMAIL, secret, now)
        body, user_id = link.body, link.user_id or 0
        if LAST not in body:
            other = await find_link(tx, bytes.fromhex(body["other"]))
            if other is None or other.expires_at <= now or not await delete_link(tx, other.secret_hash):
                raise LinkInvalid
            last = other.body | {LAST: "1"}
            await insert_link(tx, Link(other.secret_hash, EMAIL, user_id, last, other.expires_at))
            return False
        account = await load_account(tx, user_id)
        if account is None or account.login != body["from"] or await find_account(tx, body["email"]):
            raise LinkInvalid
        await set_logins(tx, user_id, body["email"], account.user_name)
        await set_email_verified(tx, user_id, now)
        return True

    return await courtyard.database.write(write)
