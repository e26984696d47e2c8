"""The cast: a small courtyard of people that the demo, the tests and the examples of the documentation share."""

import asyncio

from msgspec import Struct

from dvor.core import apps, friends, groups, likes, privacy, wall
from dvor.core.accounts import create_account, switch_on_totp
from dvor.core.courtyard import Courtyard
from dvor.core.credentials import create_credential
from dvor.core.files import keep_picture, make_address, read_address, read_receipt
from dvor.core.message_sending import send_message
from dvor.core.photos import save_photo
from dvor.core.tokens import issue_token
from dvor.media.pictures import check_and_render
from dvor.model.apps import PROTOCOLS, VK, VK_IFRAME, NewApp
from dvor.model.attachments import Attachment
from dvor.model.credentials import NewCredential
from dvor.model.groups import GroupAccess, NewGroup, Place
from dvor.model.users import Access, Details, NewUser
from dvor.store.database import Transaction
from dvor.store.files import insert_files
from dvor.store.users import set_avatar

PASSWORD = "courtyard"
"""Of everybody in the demo."""
TOTP_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of Lev, who logs in with a one-time code."""
MINUTE = 60
APP = NewApp(
    title="Соседский клуб",
    website="http://localhost:3000",
    base_domain="localhost",
    redirect_uris=[
        "http://localhost:3000/callback",
        "http://localhost:3000/auth/callback/vk",  # Auth.js
        "http://localhost:3000/api/auth/callback/vk",  # next-auth
        "http://localhost:3000/accounts/vk/login/callback/",  # django-allauth
        # dvor-connect, which `make example` shows
        *(f"http://localhost:3000/login/{network}/back" for network in ("dvor", "vk", "vkid", "oidc")),
    ],
    protocols=list(PROTOCOLS),
    description="Кто придёт на субботник",
    category="Social Networks & Dating",
)
"""Of Boris: an outside site on the developer's own machine."""
MINI_APP = NewApp(
    title="Грядки",
    platform="mini-app",
    website="http://localhost:3000/beds",
    base_domain="localhost",
    protocols=[VK, VK_IFRAME],
    description="Кто что посадил",
    category="Games",
)
"""Of Boris too: it opens in a frame."""
CREDENTIAL = NewCredential(title="Соседское телевидение", general="write", permissions={"secrets": "read"})
"""Of another server, which manages the users here."""

PROGRAM = NewApp(
    title="Записная книжка",
    platform="standalone",
    website="http://localhost:3000",
    protocols=list(PROTOCOLS),
    description="Программа без сервера",
)
"""Of Anna: a program that can keep no secret."""


class Member(Struct, frozen=True):
    """One of the cast."""

    login: str
    user: NewUser
    color: str


def _member(name: str, first: str, last: str, color: str, **more: object) -> Member:
    user = NewUser(first_name=first, last_name=last, screen_name=name, **more)  # type: ignore[arg-type]
    return Member(f"{name}@dvor.example", user, color)


CAST = {
    "anna": _member(
        "anna",
        "Анна",
        "Соколова",
        "#7a4b1f",
        sex=1,
        birth_date="1990-04-12",
        home_town="Тверь",
        city_id=1,
        city="Москва",
        country_id=1,
        country="Россия",
        status="Поливаю клумбы",
        relation=4,
        is_administrator=True,
        is_verified=True,
        details=Details(
            about="Хозяйка двора",
            interests="сад, шахматы",
            music="Кино",
            books="Булгаков",
            site="https://dvor.example",
            mobile_phone="+74950000001",
            university=2,
            university_name="МГУ",
            faculty=28,
            faculty_name="Биологический факультет",
            graduation=2012,
            timezone=3,
        ),
    ),
    "boris": _member(
        "boris",
        "Борис",
        "Волков",
        "#25597a",
        sex=2,
        birth_date="1985-11-02",
        city_id=1,
        city="Москва",
        status="Гитара и чай",
    ),
    "clara": _member(
        "clara",
        "Clara",
        "Weber",
        "#7a2548",
        sex=1,
        birth_date="1993-07-30",
        birth_date_visibility=2,
        city_id=183,
        city="Berlin",
    ),
    "dmitri": _member(
        "dmitri", "Дмитрий", "Орлов", "#2e6b3a", sex=2, is_closed=True, status="Только для друзей"
    ),
    "elena": _member("elena", "Елена", "Мороз", "#5b4a8a", sex=1, message_access=Access.FRIENDS),
    "fedor": _member("fedor", "Фёдор", "Зайцев", "#8a6d1a", sex=2),
    "grace": _member("grace", "Grace", "O'Neil", "#1a7f7a", sex=1, wall_access=Access.FRIENDS),
    "lev": _member("lev", "Лев", "Кузнецов", "#444444", sex=2, message_access=Access.NOBODY),
}

FRIENDS = (
    ("anna", "boris"),
    ("anna", "clara"),
    ("anna", "dmitri"),
    ("boris", "clara"),
    ("boris", "elena"),
    ("clara", "grace"),
)
REQUESTS = (("fedor", "anna", "Мы соседи!"), ("anna", "lev", ""), ("grace", "anna", "Hi from Berlin"))
GROUPS = {
    "garden": NewGroup(
        name="Садовый двор",
        screen_name="garden",
        description="Клумбы, яблони и лавочки. Courtyard gardeners.",
        status="Сажаем тюльпаны",
        place=Place(city_id=1, city="Москва", website="https://garden.dvor.example"),
    ),
    "choir": NewGroup(name="Хор третьего подъезда", screen_name="choir", access=GroupAccess.CLOSED),
}
"""Communities, numbered from 1 in this order."""
MEMBERS = (
    ("garden", "anna"),
    ("garden", "boris"),
    ("garden", "clara"),
    ("choir", "elena"),
    ("choir", "boris"),
)
"""The first one named with a community makes it."""
GROUP_POSTS = (
    ("garden", "anna", "Тюльпаны взошли!", True),
    ("garden", "boris", "Чей это шланг?", False),
    ("choir", "elena", "Спевка в четверг.", True),
)
"""Community, who writes, the words, and whether the community speaks."""
BLOCKS = (("elena", "fedor"),)
POSTS = (
    ("boris", "boris", "Во дворе снова цветёт сирень."),
    ("anna", "anna", "Субботник в десять утра. Приходите все!"),
    ("clara", "clara", "Learning chess from Anna & losing <happily>."),
    ("dmitri", "dmitri", "Заметка для своих."),
    ("boris", "anna", "Захвачу лопаты."),
    ("elena", "elena", "Чай в беседке, 18:00."),
)
LIKES = (
    ("anna", "boris", 1),
    ("clara", "boris", 1),
    ("boris", "anna", 1),
    ("clara", "anna", 1),
    ("anna", "clara", 1),
)
MESSAGES = (
    ("boris", "anna", "Привет! Ключ от сарая у тебя?"),
    ("anna", "boris", "Да, под ковриком."),
    ("clara", "anna", "Tea at six?"),
    ("anna", "clara", "С удовольствием :)"),
    ("boris", "anna", "Спасибо!"),
)


async def issue_cast_tokens(courtyard: Courtyard, ids: dict[str, int]) -> dict[str, str]:
    """Return a token of everybody by name, and one of each community, made by its creator."""
    tokens = {name: await issue_token(courtyard, user_id, platform="test") for name, user_id in ids.items()}
    creators = dict(reversed(MEMBERS))
    for group_id, name in enumerate(GROUPS, 1):
        creator_id = ids[creators[name]]
        tokens[name] = await issue_token(courtyard, creator_id, platform="test", group_id=group_id)
    return tokens


async def settle(courtyard: Courtyard) -> dict[str, int]:
    """Fill an empty community with the cast; return their ids by screen name."""
    ids = {name: await create_account(courtyard, one.user, one.login, PASSWORD) for name, one in CAST.items()}
    await switch_on_totp(courtyard, ids["lev"], seed=TOTP_SEED)
    start = courtyard.now - 24 * 60 * MINUTE

    async def live(tx: Transaction) -> None:
        now = start
        for one, other in FRIENDS:
            await friends.add_friend(tx, ids[one], ids[other], text="", now=now)
            await friends.add_friend(tx, ids[other], ids[one], text="", now=now)
        for one, other, text in REQUESTS:
            await friends.add_friend(tx, ids[one], ids[other], text=text, now=now)
        for one, other in BLOCKS:
            await privacy.block(tx, ids[one], ids[other], now)
        for author, owner, text in POSTS:
            now += 30 * MINUTE
            await _post(tx, ids[author], ids[owner], text, now)
        await _found_groups(tx, ids, start)
        for fan, owner, number in LIKES:
            await likes.add_like(tx, ids[fan], "post", ids[owner], number, now=now)
        for sender, receiver, text in MESSAGES:
            now += MINUTE
            await send_message(tx, ids[sender], ids[receiver], text, [], random_id=0, now=now)

    await courtyard.database.write(live)
    for name, one in CAST.items():
        await _give_avatar(courtyard, ids[name], one)
    await apps.create_app(courtyard, ids["boris"], APP, is_confirmed=True)
    await apps.create_app(courtyard, ids["anna"], PROGRAM, is_confirmed=True)
    await apps.create_app(courtyard, ids["boris"], MINI_APP, is_confirmed=True)
    await create_credential(courtyard, CREDENTIAL)
    await _post_picture(courtyard, ids["anna"], start + 300 * MINUTE)
    return ids


async def _found_groups(tx: Transaction, ids: dict[str, int], start: int) -> None:
    group_ids: dict[str, int] = {}
    for name, member in MEMBERS:
        if name not in group_ids:
            group_ids[name] = await groups.create_group(tx, ids[member], GROUPS[name], now=start)
            continue
        await groups.join_group(tx, ids[member], group_ids[name], now=start)
        if GROUPS[name].access is not GroupAccess.OPEN:
            creator = next(one for group, one in MEMBERS if group == name)
            await groups.invite(tx, ids[creator], group_ids[name], ids[member], now=start)
    for number, (name, author, text, from_group) in enumerate(GROUP_POSTS, 1):
        await _post(tx, ids[author], -group_ids[name], text, start + number * MINUTE, from_group=from_group)


async def _post(
    tx: Transaction,
    author: int,
    owner: int,
    text: str,
    now: int,
    attachments: list[Attachment] | None = None,
    *,
    from_group: bool = False,
) -> int:
    return await wall.write_post(
        tx,
        author,
        owner,
        text,
        attachments or [],
        platform="",
        is_friends_only=False,
        now=now,
        from_group=from_group,
    )


async def _give_avatar(courtyard: Courtyard, user_id: int, member: Member) -> None:
    from dvor.cli.drawings import draw_portrait  # Pillow's memory only where there is a demo

    picture = await asyncio.to_thread(check_and_render, draw_portrait(member.color), pixels=10**6)
    by_side = {}
    for side, letter in (("50", "s"), ("100", "m"), ("200", "p"), ("400", "x"), ("max", "x")):
        rendering = next(one for one in picture.renderings if one.type == letter)
        by_side[side] = (await courtyard.files.keep(rendering.data), len(rendering.data))

    async def write(tx: Transaction) -> None:
        await insert_files(tx, dict(by_side.values()), courtyard.now)
        await set_avatar(tx, user_id, {side: name for side, (name, _) in by_side.items()})

    await courtyard.database.write(write)


async def _post_picture(courtyard: Courtyard, user_id: int, now: int) -> None:
    """Put a picture on a wall by the road that every client takes: an address, an upload, a receipt."""
    from dvor.cli.drawings import draw_courtyard

    address = read_address(courtyard, make_address(courtyard, user_id, "wall photo"))
    body, signature = await keep_picture(courtyard, address, draw_courtyard())
    upload = read_receipt(courtyard, user_id, "wall photo", body, signature)

    async def write(tx: Transaction) -> None:
        photo = await save_photo(tx, user_id, upload, text="Наш двор", access_key="0" * 18, quota=0, now=now)
        await _post(tx, user_id, user_id, "Вот он, наш двор.", now, [Attachment("photo", user_id, photo.id)])

    await courtyard.database.write(write)
