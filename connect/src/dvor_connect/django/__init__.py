"""For Django: `"dvor_connect.django"` in INSTALLED_APPS, the settings in DVOR_CONNECT, and `dvor_connect.django.urls`.

    DVOR_CONNECT = {"apps": [App(…)], "url": "https://club.example", "path": "/login", "link_by_verified_email": False}

People become Django's own users (the setting AUTH_USER_MODEL), logged in by Django's own sessions.
"""
