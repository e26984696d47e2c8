"""Consents: what a person has allowed an app."""

from msgspec import Struct


class Consent(Struct, frozen=True):
    """What a user has allowed an app in one protocol (`scope`: its bits); Unix times of the first and the last log-in."""

    user_id: int
    app_id: int
    protocol: str
    scope: int
    redirect_uri: str
    created_at: int
    used_at: int
