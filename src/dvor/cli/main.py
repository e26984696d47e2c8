"""The entry of the command line."""

import sys

from cyclopts import App

from dvor import __version__
from dvor.config import ConfigError
from dvor.model.errors import Refusal

app = App(
    name="dvor",
    version=f"dvor {__version__}",
    help="A community server that speaks the API of VK and OpenVK.",
)
COMMANDS = {
    "serve:serve": "Serve a community.",
    "demo:demo": "Serve a demo community; without --data or --database it is gone when the server stops.",
    "users:user_app": "The people of a community.",
    "invites:invite": "Print a new code with which people can sign up, also where only the invited may.",
    "tokens:token_app": "Access tokens.",
    "groups:group_app": "Communities and the tokens of their bots.",
    "apps:app_app": "Apps that log people in.",
    "credentials:credential_app": "What other servers sign their calls of the server API with.",
    "database:database_app": "The database of a community.",
    "docs:docs": "Write the reference pages into a folder.",
}
"""Where each command is, and what it says of itself: so it is loaded without the others."""

for _place, _help in COMMANDS.items():
    app.command(f"dvor.cli.{_place}", name=_place.partition(":")[2].removesuffix("_app"), help=_help)


def main() -> None:
    """Run the command; what the operator did wrong is one line and exit code 1."""
    try:
        app(sys.argv[1:])
    except Exception as error:
        problem = _explain(error)
        if problem is None:
            raise
        sys.exit(problem)


def _explain(error: Exception) -> str | None:
    """Return what the operator did wrong; None for what is a bug."""
    if isinstance(error, ConfigError):
        return "\n".join(f"dvor: {problem}" for problem in error.problems)
    if isinstance(error, Refusal):
        return f"dvor: {type(error).__name__}: {error}"
    # these bring the database and its drivers with them
    from dvor.core.secrets import MasterKeyUnusable
    from dvor.store.maintenance import MaintenanceRefused
    from dvor.store.postgresql import UNUSABLE
    from dvor.store.revision import SchemaTooNew
    from dvor.store.sqlite import DataFolderBusy

    if isinstance(error, (DataFolderBusy, MaintenanceRefused, MasterKeyUnusable, SchemaTooNew)):
        return f"dvor: {error}"
    if isinstance(error, (OSError, *UNUSABLE)):
        return f"dvor: the database or the data folder cannot be used: {error}"
    return None
