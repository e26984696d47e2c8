"""`dvor invite`: codes to sign up with."""

from pathlib import Path

from dvor.cli.settings import SettingFlags
from dvor.cli.users import in_courtyard
from dvor.core.courtyard import Courtyard
from dvor.core.invites import create_invite


def invite(
    *, uses: int = 1, days: int = 14, config: Path | None = None, settings: SettingFlags | None = None
) -> None:
    """Print a new code with which people can sign up, also where only the invited may.

    Parameters
    ----------
    uses
        How many people may sign up with it.
    days
        For how many days.
    """

    async def work(courtyard: Courtyard) -> None:
        code = await create_invite(courtyard, uses=uses, days=days)
        print(code)
        print(f"{courtyard.public_url}/signup?invite={code}")

    in_courtyard(settings, config, work)
