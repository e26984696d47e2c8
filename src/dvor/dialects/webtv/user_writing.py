"""users.create, modify, activate, deactivate and delete: another server manages the accounts.

Source: WS.WebTV's developers' pages users.create, users.modify and users.deactivate; what they do not show is ours.
"""

import hmac
from typing import Annotated, Any, Literal

import msgspec

from dvor.core.webtv_accounts import (
    Changes,
    Identity,
    change_managed,
    create_managed,
    delete_managed,
    set_active,
)
from dvor.core.webtv_profiles import activation_key
from dvor.dialects.webtv.declaration import Call, NoVariables, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.dialects.webtv.user_objects import GENDERS, NO_DATE
from dvor.methods.declaration import Params, doc
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.ids import MAX_NUMBER

Flag = Annotated[int, doc("0 or 1; kept as given.", ge=0, le=1)] | None
Number = Annotated[int, doc("Kept as given.", ge=0, le=MAX_NUMBER)] | None
Text = Annotated[str, doc("Kept as given.", max_length=255)] | None
Provider = Literal["twitter", "facebook", "oauth", "google", "openid"]

PERSONAL = {"name": "first_name", "surname": "last_name", "alias": "nickname", "country": "country"}
DETAILS = {"profile_page_about": "about", "web": "site", "telephone": "mobile_phone"}
SEXES = {gender: sex for sex, gender in GENDERS.items()}


class UserVariables(Params):
    """What is said of a user; what is not given stays as it is."""

    login: Annotated[str, doc("What he logs in with, beside the e-mail address.", max_length=40)] | None = (
        None
    )
    password: Annotated[str, doc("At least 8 characters.", max_length=1024)] | None = None
    email: Annotated[str, doc("His address, with which he logs in too.", max_length=100)] | None = None
    alias: Annotated[str, doc("His public name.", max_length=60)] | None = None
    name: Annotated[str, doc("His first name.", max_length=64)] | None = None
    surname: Annotated[str, doc("His last name.", max_length=64)] | None = None
    birthdate: Annotated[str, doc("YYYY-MM-DD.", max_length=10)] | None = None
    gender: Annotated[int, doc("0 not said, 1 male, 2 female.", ge=0, le=2)] | None = None
    status: Annotated[int, doc("0 inactive, 1 active, 2 to be verified.", ge=0, le=2)] | None = None
    access_level: Annotated[int, doc("0 to 5; gives no right in Dvor itself.", ge=0, le=5)] | None = None
    user_groups: (
        Annotated[list[int], doc("The ids of all user groups that he is in.", max_length=1000)] | None
    ) = None
    notify_webmaster: Annotated[int, doc("Taken, without effect: hooks tell of users.", ge=0, le=1)] = 0
    id_privilege_set: Number = None
    cms_access: Flag = None
    content_creation_limits: Flag = None
    general_cvp_expiration: Number = None
    max_created_channels: Number = None
    max_created_clips: (
        Annotated[str, doc("Five numbers, separated by commas.", pattern=r"^[0-9]{1,9}(,[0-9]{1,9}){4}$")]
        | None
    ) = None
    max_created_galleries: Number = None
    max_created_news: Number = None
    max_created_assorted_files: Number = None
    max_video_upload_size: Number = None
    avatar_display: Number = None
    address: Text = None
    company: Text = None
    country: Annotated[str, doc("His country, in words.", max_length=255)] | None = None
    img_player_logo: Text = None
    img_player_logo_url: Text = None
    notes: Annotated[str, doc("Notes of the other server's own.", max_length=4000)] | None = None
    postal_code: Text = None
    telephone: Annotated[str, doc("His telephone number.", max_length=255)] | None = None
    vat: Text = None
    web: Annotated[str, doc("An address that begins with http:// or https://.", max_length=255)] | None = None
    profile_page_about: Annotated[str, doc("What he tells of himself.", max_length=4000)] | None = None
    profile_page_privacy: Annotated[int, doc("1 shows the profile to friends only.", ge=0, le=1)] | None = (
        None
    )
    profile_page_show_country: Flag = None
    profile_page_show_social: Flag = None
    profile_page_show_web: Flag = None
    social_page_facebook: Text = None
    social_page_flickr: Text = None
    social_page_googleplus: Text = None
    social_page_linkedin: Text = None
    social_page_other: Text = None
    social_page_tuenti: Text = None
    social_page_twitter: Text = None
    social_page_vkontakte: Text = None


class CreateUser(UserVariables):
    """Variables of users.create."""

    ip: Annotated[str, doc("Whence he registers; by default the caller's address.", max_length=255)] = ""
    useragent: Annotated[str, doc("With which browser.", max_length=255)] = ""
    referer: Annotated[str, doc("From which page.", max_length=255)] = ""
    ext_auth: Annotated[int, doc("1 for a user of an outside identity provider.", ge=0, le=1)] = 0
    ext_provider: Annotated[Provider, doc("Which provider.")] | None = None
    ext_user_id: Annotated[str, doc("Who he is there.", max_length=255)] = ""
    ext_token: Annotated[str, doc("Taken and not kept.")] = ""
    ext_secret: Annotated[str, doc("Taken and not kept.")] = ""


SECRET_VARIABLES = frozenset({"password", "ext_token", "ext_secret"})
OWN = frozenset(
    {"login", "password", "email", "birthdate", "gender", "status", "access_level", "user_groups"}
    | {"notify_webmaster", "profile_page_privacy", "max_created_clips"}
    | PERSONAL.keys()
    | DETAILS.keys()
)
"""The variables that are no field of the profile under their own name."""


def read_changes(params: UserVariables) -> Changes:
    """Return what is said of a user in the words of the core."""
    given = {name: getattr(params, name) for name in UserVariables.__struct_fields__}
    said = {name: value for name, value in given.items() if value is not None}
    personal: dict[str, Any] = {PERSONAL[name]: said[name] for name in PERSONAL.keys() & said.keys()}
    if "country" in said:
        personal["country_id"] = 0  # a name, and none of the list
    if "birthdate" in said:
        personal["birth_date"] = said["birthdate"] if said["birthdate"] not in ("", NO_DATE) else None
    if "gender" in said:
        personal["sex"] = SEXES[str(said["gender"])]
    if "profile_page_privacy" in said:
        personal["is_closed"] = bool(said["profile_page_privacy"])
    profile = {name: value for name, value in said.items() if name not in OWN}
    if "max_created_clips" in said:
        profile["max_created_clips"] = msgspec.json.encode(said["max_created_clips"].split(",")).decode()
    return Changes(
        login=params.login,
        email=params.email,
        password=params.password,
        status=params.status,
        access_level=params.access_level,
        groups=params.user_groups,
        personal=personal,
        details={DETAILS[name]: said[name] for name in DETAILS.keys() & said.keys()},
        profile=profile,
    )


@action("users.create", "users", "write")
async def create(call: Call, params: CreateUser) -> dict[str, Any]:
    """Makes a user, who can log in on the web too.

    With ext_auth=1 he comes from an outside identity provider, for which the other server vouches: login and password are
    drawn at random, and ext_provider and ext_user_id log him in.
    """
    changes, identity = read_changes(params), read_identity(params)
    if identity is None:
        for name in ("login", "password"):
            if not getattr(params, name) and not (name == "login" and params.email):
                raise InvalidParameter(name)
    seen = {
        "reg_ip": call.read_address(params.ip)[:255],
        "reg_useragent": params.useragent,
        "reg_referer": params.referer,
    }
    changes = msgspec.structs.replace(changes, profile=seen | changes.profile)
    told = {name: text for name, text in call.asked.form.items() if name not in SECRET_VARIABLES}
    user_id = await create_managed(call.courtyard, changes, identity, original_post=told)
    return {"ok": "User was created successfully", "id": str(user_id)}


def read_identity(params: Any) -> Identity | None:
    """Return who a user is at an outside provider, if that is how he comes."""
    if not params.ext_auth:
        return None
    if not params.ext_provider:
        raise InvalidParameter("ext_provider")
    if not params.ext_user_id:
        raise InvalidParameter("ext_user_id")
    return Identity(params.ext_provider, params.ext_user_id)


@action("users.modify", "users", "write", iq="User ID")
async def modify(call: Call, params: UserVariables) -> dict[str, Any]:
    """Changes a user; a new password or status ends his sessions and tokens everywhere.

    What an administrator of Dvor logs in with, and his status, cannot be changed here.
    """
    await change_managed(call.courtyard, call.read_user_id(), read_changes(params), call.key_id)
    return {"ok": "User was modified successfully"}


class Activate(Params):
    """Variables of users.activate."""

    activation_key: Annotated[
        str, doc("If given it must be the user's, and proves that a letter has reached him.", max_length=100)
    ] = ""


@action("users.activate", "users", "write", iq="User ID")
async def activate(call: Call, params: Activate) -> dict[str, Any]:
    """Lets a user in who was inactive or had to be verified."""
    user_id, key = call.read_user_id(), params.activation_key
    right = activation_key(call.courtyard.master_key, user_id)
    if key and not hmac.compare_digest(right.encode(), key.encode()):
        raise ServerApiRefusal("wrong_activation_key")
    try:
        is_changed = await set_active(
            call.courtyard, user_id, call.key_id, is_active=True, proves_email=bool(key)
        )
    except UserNotFound:
        is_changed = False
    if not is_changed:
        raise ServerApiRefusal("not_activated")
    return {"ok": "User was activated successfully"}


@action("users.deactivate", "users", "write", iq="User ID")
async def deactivate(call: Call, params: NoVariables) -> dict[str, Any]:
    """Shuts a user out everywhere; his sessions and tokens end."""
    try:
        is_changed = await set_active(call.courtyard, call.read_user_id(), call.key_id, is_active=False)
    except UserNotFound:
        is_changed = False
    if not is_changed:
        raise ServerApiRefusal("not_deactivated")
    return {"ok": "User was deactivated successfully"}


@action("users.delete", "users", "write", iq="User ID")
async def delete(call: Call, params: NoVariables) -> dict[str, Any]:
    """Deletes a user for good: what he wrote stays, his name does not."""
    try:
        await delete_managed(call.courtyard, call.read_user_id(), call.key_id)
    except UserNotFound:
        raise ServerApiRefusal("not_deleted") from None
    return {"ok": "User was deleted successfully"}
