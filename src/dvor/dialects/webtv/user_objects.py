"""Users as the server API draws them: every value a text, in the original's order.

Source: WS.WebTV's developers' page, users.get.
"""

from typing import Any

from dvor.core.courtyard import Courtyard
from dvor.core.webtv_profiles import (
    ManagedUser,
    access_level_of,
    activation_key,
    alias_of,
    email_of,
    login_of,
    privilege_set_of,
    reveal_session,
    status_of,
)

GENDERS = {0: "0", 1: "2", 2: "1"}
"""Ours: 0 not said, 1 male, 2 female (ISO 5218), as the original's meaning is not documented."""
NO_DATE = "0000-00-00"


def draw_user(
    courtyard: Courtyard, found: ManagedUser, *, shows_secrets: bool, is_listed: bool = False
) -> dict[str, Any]:
    """Return a user; session id and activation key are empty unless `shows_secrets`.

    In a list there are more fields, among them an empty password.
    """
    user, profile, session = found.user, found.stored.profile, found.session
    cms_access = profile.cms_access if profile.cms_access >= 0 else user.is_administrator
    name = user.screen_name or f"id{user.id}"
    drawn: dict[str, Any] = {
        "access_level": int(access_level_of(found)),
        "activation_key": activation_key(courtyard.master_key, user.id) if shows_secrets else "",
        "address": profile.address,
        "alias": alias_of(found),
        "avatar_display": profile.avatar_display,
        "birthdate": user.birth_date or NO_DATE,
        "cms_access": int(cms_access),
        "company": profile.company,
        "content_creation_limits": profile.content_creation_limits,
        "country": user.country,
        "date_lastmod": profile.modified_at or user.created_at,
        "email": email_of(found),
        "gender": GENDERS.get(user.sex, "0"),
        "general_cvp_expiration": profile.general_cvp_expiration,
        "id": user.id,
        "id_privilege_set": privilege_set_of(found),
        "img_gravatar_url": "",
        "img_icon": _picture(courtyard, found, "50"),
        "img_social": _picture(courtyard, found, "200"),
        "img_thumbnail": _picture(courtyard, found, "100"),
        "last_ip": profile.last_ip,
        "last_ip_update": profile.last_ip_update,
        "last_login": profile.last_login or user.seen_at or 0,
        "login": login_of(found),
        "max_created_channels": profile.max_created_channels,
        "max_created_clips": profile.max_created_clips,
        "max_created_galleries": profile.max_created_galleries,
        "max_created_news": profile.max_created_news,
        "max_created_assorted_files": profile.max_created_assorted_files,
        "max_video_upload_size": profile.max_video_upload_size,
        "name": user.first_name,
        "notes": profile.notes,
        "postal_code": profile.postal_code,
        "profile_page_about": user.details.about,
        "profile_page_privacy": int(user.is_closed),
        "profile_page_show_country": profile.profile_page_show_country,
        "profile_page_show_social": profile.profile_page_show_social,
        "profile_page_show_web": profile.profile_page_show_web,
        "reg_ip": profile.reg_ip,
        "reg_referer": profile.reg_referer,
        "reg_timestamp": user.created_at,
        "reg_useragent": profile.reg_useragent,
        "session_id": reveal_session(courtyard.master_key, session) if session and shows_secrets else "",
        "session_time": session.used_at if session else 0,
        "social_page_facebook": profile.social_page_facebook,
        "social_page_flickr": profile.social_page_flickr,
        "social_page_googleplus": profile.social_page_googleplus,
        "social_page_linkedin": profile.social_page_linkedin,
        "social_page_other": profile.social_page_other,
        "social_page_tuenti": profile.social_page_tuenti,
        "social_page_twitter": profile.social_page_twitter,
        "social_page_vkontakte": profile.social_page_vkontakte,
        "status": status_of(found),
        "surname": user.last_name,
        "telephone": user.details.mobile_phone,
        "url": f"{courtyard.public_url}/{name}",
        "user_groups": [{"id": str(group.id), "title": group.title} for group in found.groups],
        "vat": profile.vat,
        "web": user.details.site,
    }
    if is_listed:
        drawn |= {
            "img_player_logo": profile.img_player_logo,
            "img_player_logo_url": profile.img_player_logo_url,
            "password": "",
        }
    return {name: value if isinstance(value, list) else str(value) for name, value in drawn.items()}


def _picture(courtyard: Courtyard, found: ManagedUser, side: str) -> str:
    kept = found.user.avatar.get(side) or found.user.avatar.get("max")
    return courtyard.file_url(kept) if kept else f"{courtyard.public_url}/static/camera.png"
