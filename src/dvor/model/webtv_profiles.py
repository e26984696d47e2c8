"""What only WS.WebTV's server API knows of a user, beside the account that he has everywhere."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

SESSION_SECONDS = 86400
"""How long a session lives that nobody revalidates."""


class AccessLevel(IntEnum):
    """What a user is on a WebTV site; it gives no right in Dvor.  Source: WS.WebTV's page, users.modify."""

    WEBMASTER = 0
    ADMINISTRATOR = 1
    AUTHOR = 2
    CONTRIBUTOR = 3
    PAID_SUBSCRIBER = 4
    FREE_SUBSCRIBER = 5


class WebTVProfile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A user's fields of the server API that Dvor has none of its own for; -1 is what the account says.

    The limits are those of the original's example; nothing in Dvor counts against them.  Times are Unix seconds.
    """

    login: str = ""
    id_privilege_set: int = -1
    cms_access: int = -1
    address: str = ""
    avatar_display: int = 0
    company: str = ""
    content_creation_limits: int = 0
    general_cvp_expiration: int = 0
    img_player_logo: str = ""
    img_player_logo_url: str = ""
    last_ip: str = ""
    last_ip_update: int = 0
    last_login: int = 0
    max_created_channels: int = 5
    max_created_clips: str = '["100","100","1","100","100"]'
    max_created_galleries: int = 5
    max_created_news: int = 5
    max_created_assorted_files: int = 5
    max_video_upload_size: int = 300
    modified_at: int = 0
    notes: str = ""
    postal_code: str = ""
    profile_page_show_country: int = 1
    profile_page_show_social: int = 1
    profile_page_show_web: int = 1
    reg_ip: str = ""
    reg_referer: str = ""
    reg_useragent: str = ""
    social_page_facebook: str = ""
    social_page_flickr: str = ""
    social_page_googleplus: str = ""
    social_page_linkedin: str = ""
    social_page_other: str = ""
    social_page_tuenti: str = ""
    social_page_twitter: str = ""
    social_page_vkontakte: str = ""
    vat: str = ""


class StoredProfile(Struct, frozen=True):
    """A user's profile with the two fields that users are listed by; `access_level` is -1 for the account's own.

    `is_pending` tells a user who has yet to prove his address from others who are shut out.
    """

    user_id: int
    is_pending: bool = False
    access_level: int = -1
    profile: WebTVProfile = WebTVProfile()


class WebTVSession(Struct, frozen=True):
    """A session that another server has opened for a user; its id is encrypted."""

    user_id: int
    key_id: str
    sealed_id: bytes
    created_at: int
    used_at: int
    address: str


class UserFilter(Struct, frozen=True, kw_only=True):
    """Which users to list, and in which order; `user_ids` None means all."""

    user_ids: list[int] | None = None
    least_status: int = 0
    most_status: int = 2
    least_level: int = 0
    most_level: int = 5
    session: Literal["any", "active", "inactive"] = "any"
    sort: str = "id"
    is_rising: bool = True
