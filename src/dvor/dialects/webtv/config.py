"""config.get: what kind of site this is.  Source: the names of WS.WebTV's developers' page config.get."""

from typing import Any

from dvor.dialects.webtv.declaration import Call, NoVariables, action


@action("config.get", "config", "read")
async def get(call: Call, params: NoVariables) -> dict[str, Any]:
    """Tells the address, title and languages of the site; what Dvor has no setting for is empty.

    The original's fields of number formats, social pages and banners are left out.
    """
    return {
        "data": {
            "base_url": f"{call.courtyard.public_url}/",
            "site_title": "Dvor",
            "site_description": "",
            "site_tags": "",
            "date_format": "Y-m-d",
            "time_format": "H:i",
            "time_zone": "UTC",
            "lang_backend": "en",
            "lang_frontend": "en",
        }
    }
