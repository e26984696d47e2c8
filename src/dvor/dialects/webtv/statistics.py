"""users.get_stats_for_content_type, users.list_who_viewed_content, and statistics.get of the credential's own calls.

Source: WS.WebTV's developers' pages of the first two.  Its news are Dvor's posts, its galleries Dvor's photos; of
clips, channels and events there are none here.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import field

from dvor.core.credentials import list_credential_days
from dvor.core.views import list_viewed, list_viewers
from dvor.core.webtv_profiles import alias_of, get_managed, load_managed, login_of
from dvor.dialects.webtv.declaration import Call, action
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.methods.declaration import Params, doc
from dvor.model.errors import InvalidParameter
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID
from dvor.model.views import ViewKind

KINDS: dict[str, ViewKind] = {"news": "post", "gallery": "photo"}
DAY = 86400
ContentType = Literal["clip", "channel", "gallery", "news", "event", "interactivity"]
_CONTENT = re.compile(r"(?P<owner>-?[1-9]\d{0,9})_(?P<item>[1-9]\d{0,14})", re.ASCII)


class StatsForContentType(Params):
    """Variables of users.get_stats_for_content_type."""

    content_type: Annotated[ContentType, doc("news are posts, gallery photos; there are no others.")] = field(
        name="contentType"
    )
    heatmap: Annotated[int, doc("Taken, without effect.", ge=0, le=1)] = field(
        default=0, name="getHeatmapURL"
    )


def read_kind(content_type: str) -> ViewKind:
    """Return what stands for a type of content here; a refusal if nothing does."""
    if content_type not in KINDS:
        raise ServerApiRefusal("content_not_available")
    return KINDS[content_type]


@action("users.get_stats_for_content_type", "statistics", "read", iq="User ID")
async def get_stats(call: Call, params: StatsForContentType) -> dict[str, Any]:
    """Lists which posts or photos a user has opened by themselves, the latest first, at most 5000.

    What is played is empty or 0. An id is `OWNER_NUMBER`.
    """
    user_id, kind = call.read_user_id(), read_kind(params.content_type)
    async with call.courtyard.database.read() as tx:
        await get_managed(tx, user_id, call.key_id, call.now)
        viewed = await list_viewed(tx, user_id, kind)
    drawn = [
        {
            f"id_{params.content_type}": f"{one.owner_id}_{one.item_id}",
            "duration": "0",
            "is_ad": "0",
            "content_title": one.title,
            "page_views": str(one.views),
            "last_played_second": "0",
            "complete_playbacks": "0",
            "total_playbacks": "0",
            "total_play_time": "0",
            "heatmap": "",
        }
        for one in viewed
    ]
    return {"list": drawn}


class WhoViewedContent(Params):
    """Variables of users.list_who_viewed_content."""

    content_type: Annotated[ContentType, doc("news are posts, gallery photos; there are no others.")] = field(
        name="contentType"
    )
    content_id: Annotated[str, doc("`OWNER_NUMBER`.", max_length=50)] = field(name="contentID")
    user_data: Annotated[int, doc("1 tells login and names too.", ge=0, le=1)] = field(
        default=0, name="includeUserData"
    )
    heatmap: Annotated[int, doc("Taken, without effect.", ge=0, le=1)] = field(
        default=0, name="getHeatmapURL"
    )
    liked: Annotated[
        Literal["", "liked", "favorited", "likedAndFavorited"],
        doc("liked: only who likes it too. There are no favorites."),
    ] = field(default="", name="likeFavoriteFilter")


@action("users.list_who_viewed_content", "statistics", "read")
async def list_who_viewed(call: Call, params: WhoViewedContent) -> dict[str, Any]:
    """Lists who has opened a post or photo by itself, at most 5000."""
    kind, match = read_kind(params.content_type), _CONTENT.fullmatch(params.content_id.strip())
    if match is None or abs(int(match["owner"])) > MAX_USER_ID or int(match["item"]) > MAX_NUMBER:
        raise InvalidParameter("contentID", "is no OWNER_NUMBER")
    if params.liked not in ("", "liked"):
        raise ServerApiRefusal("no_favorites")
    async with call.courtyard.database.read() as tx:
        views = await list_viewers(
            tx, int(match["owner"]), kind, int(match["item"]), is_liked=params.liked == "liked"
        )
        ids = [one.user_id for one in views]
        managed = await load_managed(tx, ids, call.key_id, call.now)
    users = {one.user.id: one for one in managed}
    drawn = []
    for one in views:
        if one.user_id not in users:
            continue
        user = users[one.user_id]
        named = {
            "login": login_of(user),
            "alias": alias_of(user),
            "name": user.user.first_name,
            "surname": user.user.last_name,
        }
        drawn.append(
            {"id_user": str(one.user_id)}
            | (named if params.user_data else {})
            | {
                "total_playbacks": "0",
                "complete_playbacks": "0",
                "last_played_second": "0",
                "duration": "0",
                "total_play_time": "0",
                "page_views": str(one.views),
            }
        )
    return {"list": drawn}


class Statistics(Params):
    """Variables of statistics.get."""

    days: Annotated[int, doc("Of how many days, with today.", ge=1, le=366)] = 30


@action("statistics.get", "statistics", "read")
async def get(call: Call, params: Statistics) -> dict[str, Any]:
    """Tells how often this credential was used: calls and errors by day and action, some seconds late.

    Dvor's own.
    """
    async with call.courtyard.database.read() as tx:
        days = await list_credential_days(tx, call.key_id, call.now, params.days)
    sums: Counter[str] = Counter()
    for one in days:
        sums.update(calls=one.calls, errors=one.errors)
    drawn = [
        {
            "date": datetime.fromtimestamp(one.day * DAY, UTC).date().isoformat(),
            "action": one.action,
            "calls": str(one.calls),
            "errors": str(one.errors),
        }
        for one in days
    ]
    return {
        "data": {
            "title": call.credential.title,
            "last_use": str(call.credential.used_at),
            "calls": str(sums["calls"]),
            "errors": str(sums["errors"]),
            "days": drawn,
        }
    }
