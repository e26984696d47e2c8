"""How other sites and libraries use an app: settings and code with the app's own values, for copying."""

from msgspec import Struct

from dvor.model.apps import OPENID, SNGINE, VK, VK_IFRAME, App

KEY = "YOUR_SECURE_KEY"
"""Stands for the secure key, which is shown on its own page only."""


class Use(Struct, frozen=True):
    """One way to use an app: a title, a sentence, and settings or code."""

    title: str
    sentence: str
    code: str


def describe_uses(app: App, site: str) -> list[Use]:
    """Return the ways that the app's protocols allow."""
    back = app.redirect_uris[0] if app.redirect_uris else "https://YOUR-SITE/callback"
    uses: list[Use] = []
    if VK in app.protocols:
        uses += _vk_uses(app.id, site, back)
    if OPENID in app.protocols:
        uses += _openid_uses(app.id, site, back)
    if VK_IFRAME in app.protocols and app.platform == "mini-app":
        uses.append(
            Use(
                "VK mini-app",
                "People open the first address; your own is opened there in a frame, with these signed parameters.",
                f"{site}/app{app.id}\n\n"
                f"{app.website}?api_id={app.id}&viewer_id=…&auth_key=…&access_token=…&vk_user_id=…&sign=…\n\n"
                f'auth_key == md5("{app.id}_" + viewer_id + "_{KEY}")\n'
                f'sign     == base64url(hmac_sha256("{KEY}", the vk_… parameters in the order of their names))',
            )
        )
    if SNGINE in app.protocols:
        uses.append(
            Use(
                "Sngine",
                "Link to the first address; turn the auth_key that comes back into a token.",
                f"{site}/api/oauth?app_id={app.id}\n"
                f"{site}/api/authorize?app_id={app.id}&app_secret={KEY}&auth_key=AUTH_KEY\n"
                f"{site}/api/get_user_info?access_token=ACCESS_TOKEN",
            )
        )
    return uses


def _vk_uses(app_id: int, site: str, back: str) -> list[Use]:
    fields = "sex,nickname,screen_name,city,country,timezone,photo,photo_medium,photo_big,last_seen,counters,education"
    return [
        Use(
            "Bubble: API Connector",
            "Authentication: OAuth2 User-Agent Flow.",
            f"App ID                   {app_id}\n"
            f"App Secret               {KEY}\n"
            f"Scope                    email\n"
            f"Login dialog redirect    {site}/authorize\n"
            f"Access token endpoint    {site}/access_token\n"
            f"User profile endpoint    {site}/method/users.get?v=5.199&fields={fields}\n"
            f"User ID key path         response.0.id\n"
            f"User email key path      response.0.email\n"
            f"Authorized redirect URI  https://YOUR-APP.bubbleapps.io/api/1.1/oauth_redirect",
        ),
        Use(
            "Bubble: a plugin for VK",
            "The plugin's own fields; where it lets you choose the server, name this one.",
            f"App ID      {app_id}\n"
            f"Secure key  {KEY}\n"
            f"Server      {site}\n"
            f"Your Authorized redirect URI is the address of your page: https://YOUR-APP.bubbleapps.io/YOUR-PAGE",
        ),
        Use(
            "Auth.js",
            "A provider of your own.",
            "{\n"
            '  id: "dvor", name: "Dvor", type: "oauth", checks: ["pkce", "state"],\n'
            f'  clientId: "{app_id}", clientSecret: process.env.DVOR_KEY,\n'
            f'  authorization: "{site}/authorize?scope=email",\n'
            f'  token: "{site}/access_token",\n'
            f'  userinfo: "{site}/method/users.get?fields=photo_200&v=5.199",\n'
            '  client: { token_endpoint_auth_method: "client_secret_post" },\n'
            "  profile: ({ response: [user] }) => ({ id: String(user.id), email: user.email,\n"
            "    name: `${user.first_name} ${user.last_name}`, image: user.photo_200 }),\n"
            "}",
        ),
        Use(
            "python-social-auth",
            "Its backend for VK, at this address.",
            "from social_core.backends.vk import VKOAuth2\n\n"
            "class DvorOAuth2(VKOAuth2):\n"
            '    name = "dvor"\n'
            f'    AUTHORIZATION_URL = "{site}/authorize"\n'
            f'    ACCESS_TOKEN_URL = "{site}/access_token"\n'
            "    def vk_api(self, method, data):\n"
            f'        url = f"{site}/method/{{method}}"\n'
            '        return self.get_json(url, params=data | {"v": "5.131"})\n\n'
            f'SOCIAL_AUTH_DVOR_KEY = "{app_id}"\n'
            f'SOCIAL_AUTH_DVOR_SECRET = "{KEY}"',
        ),
        Use(
            "Passport",
            "passport-vkontakte, at this address.",
            "new VKontakteStrategy({\n"
            f'  clientID: "{app_id}", clientSecret: process.env.DVOR_KEY, callbackURL: "{back}",\n'
            f'  authorizationURL: "{site}/authorize", tokenURL: "{site}/access_token",\n'
            f'  profileURL: "{site}/method/users.get",\n'
            "}, (accessToken, refreshToken, params, profile, done) => done(null, profile))",
        ),
        Use(
            "curl",
            "Open the first address in a browser; the code comes back to you.",
            f"{site}/authorize?client_id={app_id}&redirect_uri={back}&scope=email&state=RANDOM\n\n"
            f"curl {site}/access_token -d client_id={app_id} -d client_secret={KEY} \\\n"
            f"  -d redirect_uri={back} -d code=CODE\n"
            f"curl '{site}/method/users.get?v=5.199&access_token=ACCESS_TOKEN'",
        ),
    ]


def _openid_uses(app_id: int, site: str, back: str) -> list[Use]:
    metadata = f"{site}/.well-known/openid-configuration"
    return [
        Use(
            "django-allauth",
            "Its provider openid_connect.",
            'SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{\n'
            f'    "provider_id": "dvor", "name": "Dvor", "client_id": "{app_id}", "secret": "{KEY}",\n'
            f'    "settings": {{"server_url": "{site}"}},\n'
            "}]}}",
        ),
        Use(
            "Authlib",
            "OpenID Connect, for Flask, Django or Starlette.",
            "oauth.register(\n"
            f'    "dvor", client_id="{app_id}", client_secret="{KEY}",\n'
            f'    server_metadata_url="{metadata}",\n'
            '    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},\n'
            ")",
        ),
        Use(
            "OpenID Connect",
            "What any other library asks for.",
            f"Issuer         {site}\nDiscovery      {metadata}\nClient ID      {app_id}\n"
            f"Client secret  {KEY}\nRedirect URI   {back}",
        ),
    ]
