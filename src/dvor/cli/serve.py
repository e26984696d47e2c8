"""`dvor serve`."""

from pathlib import Path

from dvor.cli.settings import SettingFlags, read_settings
from dvor.server.run import run


def serve(*, config: Path | None = None, settings: SettingFlags | None = None) -> None:
    """Serve a community.

    Parameters
    ----------
    config
        A TOML file with settings; flags and the environment (DVOR_…) win over it.
    """
    run(read_settings(settings, config))
