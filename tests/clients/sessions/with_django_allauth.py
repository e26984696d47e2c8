"""django-allauth 65: a site of Django's logs people in with its provider "vk", which is VK ID, and knows them again."""

import django
import to_dvor
from django.conf import settings
from facts import USER_ID
from person import APP_ID, SECRET, allow

SITE = "http://localhost:3000"
assert "id.vk.ru" in to_dvor.HOSTS
settings.configure(
    SECRET_KEY="a secret of the site",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.vk",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
    LOGIN_REDIRECT_URL="/in",
    SOCIALACCOUNT_QUERY_EMAIL=True,
    SOCIALACCOUNT_STORE_TOKENS=True,
    SOCIALACCOUNT_PROVIDERS={"vk": {"APPS": [{"client_id": APP_ID, "secret": SECRET}]}},
)
django.setup()

from allauth.socialaccount.models import SocialAccount, SocialToken  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402

urlpatterns = [path("accounts/", include("allauth.urls"))]
call_command("migrate", verbosity=0)


def log_in() -> Client:
    """Go from the site to Dvor and back."""
    browser = Client(HTTP_HOST="localhost:3000")
    sent = browser.post("/accounts/vk/login/")
    assert sent.status_code == 302 and sent["location"].startswith("https://id.vk.ru/authorize?"), sent
    back = allow(to_dvor.lead(sent["location"]))
    assert back.startswith(f"{SITE}/accounts/vk/login/callback/?"), back
    done = browser.get(back.removeprefix(SITE))
    assert (done.status_code, done["location"]) == (302, "/in"), done.content
    return browser


browser = log_in()
[user] = get_user_model().objects.all()
assert (user.first_name, user.email) == ("Анна", "anna@dvor.example"), vars(user)
assert browser.session["_auth_user_id"] == str(user.pk)
[account] = SocialAccount.objects.all()
assert (account.provider, account.uid) == ("vk", str(USER_ID))
assert SocialToken.objects.get(account=account).token

log_in()
assert get_user_model().objects.count() == 1, "whoever comes again is known"
print("all is well")
