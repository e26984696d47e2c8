"""Signing up and getting back in: each by a link that is sent to the person's e-mail address.

Nobody learns which addresses have an account: the page says the same, and the letter says the rest.
"""

from msgspec import Struct

from dvor.core.accounts import check_new_password, hash_password
from dvor.core.courtyard import Courtyard
from dvor.core.hooks import tell_hooks
from dvor.core.invites import check_invite, use_invite
from dvor.core.letters import WriteLetter, draw_link, queue_letter, seal_letter, use_link
from dvor.core.secrets import hash_secret
from dvor.core.users import check_name, create_user
from dvor.model.accounts import fold_login
from dvor.model.errors import InvalidParameter, LinkInvalid, SignUpClosed
from dvor.model.letters import PASSWORD, SIGN_UP, Letter, Link, is_address
from dvor.model.users import NewUser
from dvor.store.accounts import (
    find_account,
    insert_account,
    set_email_verified,
    set_password_hash,
)
from dvor.store.database import Transaction
from dvor.store.letters import delete_links, insert_link
from dvor.store.sessions import delete_sessions
from dvor.store.tokens import delete_tokens


class SignUp(Struct, frozen=True, kw_only=True):
    """What a person signs up with; `invite` is needed where only the invited may."""

    first_name: str
    last_name: str
    email: str
    password: str
    invite: str = ""


async def request_sign_up(courtyard: Courtyard, wanted: SignUp, write_letter: WriteLetter) -> None:
    """Send a link that makes the account, or to an address that has one a letter saying so.

    Errors: `SignUpClosed`, `InviteInvalid`, `InvalidParameter`.
    """
    mode, now, email = courtyard.settings.sign_up, courtyard.now, fold_login(wanted.email)
    if mode == "closed":
        raise SignUpClosed
    check_name("first_name", wanted.first_name)
    check_name("last_name", wanted.last_name)
    if not is_address(email):
        raise InvalidParameter("email", "is no e-mail address")
    check_new_password(wanted.password, email)
    if mode == "invite":
        async with courtyard.database.read() as tx:
            await check_invite(tx, wanted.invite.strip(), now)
    body = {
        "first_name": wanted.first_name.strip(),
        "last_name": wanted.last_name.strip(),
        "login": email,
        "password_hash": await hash_password(wanted.password),
        "invite": hash_secret(wanted.invite.strip()).hex() if mode == "invite" else "",
    }
    secret, link = draw_link(courtyard, SIGN_UP, None, body)
    welcome, known = (seal_letter(courtyard, write_letter(text)) for text in (secret, ""))

    async def write(tx: Transaction) -> None:
        is_known = await find_account(tx, email) is not None
        if not is_known:
            await insert_link(tx, link)
        await queue_letter(tx, known if is_known else welcome, now)

    await courtyard.database.write(write)


async def finish_sign_up(courtyard: Courtyard, secret: str) -> int:
    """Make the account that a link stands for, its address confirmed by that; return the user's id.

    Errors: `LinkInvalid` (also when there is an account by now), `SignUpClosed`, `InviteInvalid`.
    """
    mode, now = courtyard.settings.sign_up, courtyard.now
    if mode == "closed":
        raise SignUpClosed

    async def write(tx: Transaction) -> int:
        body = (await use_link(tx, SIGN_UP, secret, now)).body
        if await find_account(tx, body["login"]) is not None:
            raise LinkInvalid
        if mode == "invite":
            await use_invite(tx, bytes.fromhex(body["invite"]), now)
        user = NewUser(first_name=body["first_name"], last_name=body["last_name"])
        user_id = await create_user(tx, user, now)
        await insert_account(tx, user_id, body["login"], body["password_hash"])
        await set_email_verified(tx, user_id, now)
        await tell_hooks(tx, "registration", user_id, source="web")
        return user_id

    return await courtyard.database.write(write)


async def request_reset(courtyard: Courtyard, login: str, write_letter: WriteLetter) -> None:
    """Send a link that sets a new password, if there is such an account.

    For an address without one a link to nothing is stored and a letter to nobody queued, so that it takes as long.
    """
    email, now = fold_login(login), courtyard.now
    if not is_address(email):
        raise InvalidParameter("email", "is no e-mail address")
    secret, nobodys = draw_link(courtyard, PASSWORD, None, {})
    letter, nothing = (seal_letter(courtyard, one) for one in (write_letter(secret), Letter("", "", "")))

    async def write(tx: Transaction) -> None:
        account = await find_account(tx, email)
        is_known = account is not None and not account.deactivated
        user_id = account.user_id if account is not None and is_known else None
        await insert_link(
            tx, Link(nobodys.secret_hash, nobodys.purpose, user_id, nobodys.body, nobodys.expires_at)
        )
        await queue_letter(tx, letter if is_known else nothing, now)

    await courtyard.database.write(write)


async def reset_password(courtyard: Courtyard, secret: str, password: str) -> None:
    """Set a new password by a link; the user's tokens, sessions and other links die.  `LinkInvalid`, `InvalidParameter`."""
    check_new_password(password)
    password_hash, now = await hash_password(password), courtyard.now

    async def write(tx: Transaction) -> None:
        user_id = (await use_link(tx, PASSWORD, secret, now)).user_id
        if user_id is None:
            raise LinkInvalid
        await set_password_hash(tx, user_id, password_hash)
        await set_email_verified(tx, user_id, now)
        await delete_tokens(tx, user_id)
        await delete_sessions(tx, user_id)
        await delete_links(tx, user_id)

    await courtyard.database.write(write)
