"""Deletion: a person leaves for good.  What he has written stays, without his name; the login is free again."""

from dvor.core.apps import list_own_apps, remove_app
from dvor.core.photo_tags import leave_photos
from dvor.core.photos import change_avatar
from dvor.core.users import deactivate
from dvor.model.users import PersonalData
from dvor.store.accounts import delete_account
from dvor.store.bookmarks import delete_bookmarks
from dvor.store.consents import delete_consents_of_user
from dvor.store.database import Transaction
from dvor.store.letters import delete_links
from dvor.store.name_words import save_names
from dvor.store.news_lists import delete_news_lists
from dvor.store.passkeys import delete_passkeys
from dvor.store.user_groups import leave_user_groups
from dvor.store.users import save_personal_data
from dvor.store.views import delete_views
from dvor.store.webtv_profiles import delete_profile


async def delete_person(tx: Transaction, user_id: int) -> None:
    """Erase a person's profile, log-in, apps and consents; his tokens and sessions die.  `UserNotFound`."""
    await deactivate(tx, user_id, "deleted")
    for app in await list_own_apps(tx, user_id):
        await remove_app(tx, user_id, app.id)
    await delete_consents_of_user(tx, user_id)
    await delete_links(tx, user_id)
    await delete_passkeys(tx, user_id)
    await delete_account(tx, user_id)
    await delete_profile(tx, user_id)
    await leave_user_groups(tx, user_id)
    await leave_photos(tx, user_id)
    await delete_bookmarks(tx, user_id)
    await delete_news_lists(tx, user_id)
    await delete_views(tx, user_id)
    await save_personal_data(tx, user_id, PersonalData(first_name="DELETED", last_name=""))
    await save_names(tx, user_id)
    await change_avatar(tx, user_id, {})
