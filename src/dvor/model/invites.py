"""Invites: codes with which people sign up where not everybody may."""

from msgspec import Struct


class Invite(Struct, frozen=True):
    """A code by its hash: how many people may still sign up with it, and until when."""

    code_hash: bytes
    uses_left: int
    created_at: int
    expires_at: int
