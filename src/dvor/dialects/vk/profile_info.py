"""account.*: what the caller tells about himself."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from dvor.core.places import list_countries, load_cities
from dvor.core.privacy import load_people
from dvor.core.profiles import change_personal_data
from dvor.dialects.vk.user_objects import Place, UserDrawing, draw_birth_date
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, LoginTaken
from dvor.model.users import Details, personal_data


class ProfileInfo(Struct, frozen=True, omit_defaults=True):
    """The caller's profile as its owner sees it."""

    id: int
    first_name: str
    last_name: str
    home_town: str
    status: str
    bdate: str
    bdate_visibility: int
    phone: str
    relation: int
    sex: int
    screen_name: str | None
    nickname: str
    maiden_name: str
    photo_200: str
    is_service_account: bool = field(default=False)
    is_verified: bool = False
    verification_status: str = "unverified"
    city: Place | UnsetType = UNSET
    country: Place | UnsetType = UNSET


@method("account.getProfileInfo")
async def get_profile_info(call: Call, params: NoParams) -> ProfileInfo:
    """Returns the caller's profile.

    VK: account.getProfileInfo.  Without a birth date OpenVK gives 01.01.1970 and VK an empty text.
    """
    person = (await load_people(call.tx, call.user_id, [call.user_id]))[call.user_id]
    user = person.user
    photo = UserDrawing(call, ("photo_200",)).draw(person).photo_200
    bdate = draw_birth_date(user, padded=not call.is_versioned)
    return ProfileInfo(
        id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        home_town=user.home_town,
        status=user.status,
        bdate=bdate if bdate or call.is_versioned else "01.01.1970",
        bdate_visibility=user.birth_date_visibility,
        phone=mask_phone(user.details.mobile_phone),
        relation=user.relation,
        sex=user.sex,
        screen_name=user.screen_name or (f"id{user.id}" if call.is_versioned else None),
        nickname=user.nickname,
        maiden_name=user.maiden_name,
        photo_200=photo if isinstance(photo, str) else "",
        is_verified=user.is_verified,
        verification_status="verified" if user.is_verified else "unverified",
        city=Place(user.city_id, user.city) if user.city else UNSET,
        country=Place(user.country_id, user.country) if user.country else UNSET,
    )


def mask_phone(number: str) -> str:
    """Return a telephone number with its middle hidden: `+374 ** *** 420`."""
    digits = "".join(character for character in number if character.isdecimal())
    return f"+{digits[:3]} ** *** {digits[-3:]}" if len(digits) > 6 else ""


class SaveProfile(Params):
    """Parameters of account.saveProfileInfo; what is not given stays as it is."""

    first_name: Annotated[str, doc("The first name.")] | None = None
    last_name: Annotated[str, doc("The last name.")] | None = None
    maiden_name: Annotated[str, doc("The maiden name.")] | None = None
    nickname: Annotated[str, doc("The middle name.")] | None = None
    screen_name: Annotated[str, doc("The short name; empty for none.")] | None = None
    sex: Annotated[int, doc("0 says nothing, 1 woman, 2 man.", ge=0, le=2)] | None = None
    relation: Annotated[int, doc("VK's number of the relation.", ge=0, le=8)] | None = None
    relation_partner_id: (
        Annotated[int, doc("With whom; shown when both say so, 0 for nobody.", ge=0, le=1_999_999_999)] | None
    ) = None
    cancel_request_id: Annotated[
        int, doc("A request for another name; there is none, names change at once.", ge=0, le=2**53 - 1)
    ] = 0
    telegram: Annotated[str, doc("The name in Telegram (OpenVK).")] | None = None
    bdate: Annotated[str, doc("The birth date, `D.M.YYYY`; empty for none.")] | None = None
    bdate_visibility: Annotated[int, doc("0 hidden, 1 whole, 2 without the year.", ge=0, le=2)] | None = None
    home_town: Annotated[str, doc("The home town.")] | None = None
    status: Annotated[str, doc("The status.")] | None = None
    city_id: Annotated[int, doc("A city of database.getCities.", ge=0, le=2**53 - 1)] | None = None
    country_id: Annotated[int, doc("A country of database.getCountries.", ge=0, le=2**53 - 1)] | None = None


class SavedProfile(Struct, frozen=True):
    """Whether something was changed."""

    changed: int


@method("account.saveProfileInfo", writes=True, is_repeatable=True, errors={LoginTaken: 100})
async def save_profile_info(call: Call, params: SaveProfile) -> SavedProfile | Literal[0, 1]:
    """Changes what the caller tells about himself.

    VK: account.saveProfileInfo, which answers an object; OpenVK's answers 0 or 1.
    """
    if params.cancel_request_id:
        raise InvalidParameter("cancel_request_id", "there is no such request")
    was = personal_data((await load_people(call.tx, call.user_id, [call.user_id]))[call.user_id].user)
    given = {name: getattr(params, name) for name in SAME_NAMES if getattr(params, name) is not None}
    if params.screen_name is not None:
        given["screen_name"] = params.screen_name.lower() or None
    if params.bdate is not None:
        given["birth_date"] = read_birth_date(params.bdate)
    if params.bdate_visibility is not None:
        given["birth_date_visibility"] = params.bdate_visibility
    given |= read_places(params.city_id, params.country_id)
    fresh = replace(was, **given, details=await _read_details(call, params, was.details))
    await change_personal_data(call.tx, call.user_id, fresh, call.now)
    changed = int(fresh != was)
    return SavedProfile(changed) if call.is_versioned else (1 if changed else 0)


async def _read_details(call: Call, params: SaveProfile, was: Details) -> Details:
    """Return what the call says of a partner and of Telegram; `InvalidParameter`."""
    biography, partner_id = was.biography, params.relation_partner_id
    if partner_id is not None:
        people = await load_people(call.tx, call.user_id, [partner_id]) if partner_id else {}
        if partner_id and (partner_id == call.user_id or partner_id not in people):
            raise InvalidParameter("relation_partner_id", "is no other person")
        biography = replace(biography, relation_partner_id=partner_id)
    if params.telegram is not None:
        biography = replace(biography, pages=replace(biography.pages, telegram=params.telegram))
    return replace(was, biography=biography)


class SaveInterests(Params):
    """Parameters of account.saveInterestsInfo; what is not given stays as it is."""

    interests: Annotated[str, doc("The interests.")] | None = None
    fav_music: Annotated[str, doc("The music.")] | None = None
    fav_films: Annotated[str, doc("The films.")] | None = None
    fav_shows: Annotated[str, doc("The television.")] | None = None
    fav_books: Annotated[str, doc("The books.")] | None = None
    fav_quote: Annotated[str, doc("Quotations.")] | None = None
    fav_games: Annotated[str, doc("The games.")] | None = None
    about: Annotated[str, doc("What else there is to say.")] | None = None


INTERESTS = {
    "interests": "interests",
    "fav_music": "music",
    "fav_films": "movies",
    "fav_shows": "tv",
    "fav_books": "books",
    "fav_quote": "quotes",
    "fav_games": "games",
    "about": "about",
}


@method("account.saveInterestsInfo", writes=True, is_repeatable=True)
async def save_interests_info(call: Call, params: SaveInterests) -> SavedProfile:
    """Changes what the caller tells of his interests.

    OpenVK: account.saveInterestsInfo.
    """
    was = personal_data((await load_people(call.tx, call.user_id, [call.user_id]))[call.user_id].user)
    said = {INTERESTS[name]: getattr(params, name) for name in INTERESTS if getattr(params, name) is not None}
    fresh = replace(was, details=replace(was.details, **said))
    await change_personal_data(call.tx, call.user_id, fresh, call.now)
    return SavedProfile(int(fresh != was))


SAME_NAMES = ("first_name", "last_name", "maiden_name", "nickname", "sex", "relation", "home_town", "status")


def read_birth_date(text: str) -> str | None:
    """Return a date such as `1.4.1990` as ISO; `InvalidParameter`."""
    if not text:
        return None
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdecimal() and part.isascii() and len(part) < 5 for part in parts):
        raise InvalidParameter("bdate", "is no date (D.M.YYYY)")
    day, month, year = (int(part) for part in parts)
    return f"{year:04d}-{month:02d}-{day:02d}"


def read_places(city_id: int | None, country_id: int | None) -> dict[str, Any]:
    """Return a city and a country by their numbers, 0 for none; `InvalidParameter`."""
    given: dict[str, Any] = {}
    if city_id is not None:
        cities = load_cities() if city_id else {}
        if city_id and city_id not in cities:
            raise InvalidParameter("city_id", "is no city of database.getCities")
        given |= {"city_id": city_id, "city": cities[city_id].name if city_id else ""}
    if country_id is not None:
        countries = {one.id: one.name for one in list_countries("en")} | {0: ""}
        if country_id not in countries:
            raise InvalidParameter("country_id", "is no country of database.getCountries")
        given |= {"country_id": country_id, "country": countries[country_id]}
    return given
