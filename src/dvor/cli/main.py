"""The entry of the command line."""

import sys

from cyclopts import App

from dvor import __version__
from dvor.cli.apps import app_app
from dvor.cli.credentials import credential_app
from dvor.cli.database import database_app
from dvor.cli.demo import demo
from dvor.cli.docs import docs
from dvor.cli.groups import group_app
from dvor.cli.invites import invite
from dvor.cli.serve import serve
from dvor.cli.tokens import token_app
from dvor.cli.users import user_app
from dvor.config import ConfigError
from dvor.core.secrets import MasterKeyUnusable
from dvor.model.errors import Refusal
from dvor.store.maintenance import MaintenanceRefused
from dvor.store.revision import SchemaTooNew
from dvor.store.sqlite import DataFolderBusy

app = App(
    name="dvor",
    version=f"dvor {__version__}",
    help="A community server that speaks the API of VK and OpenVK.",
)
app.command(serve)
app.command(demo)
app.command(user_app)
app.command(invite)
app.command(token_app)
app.command(group_app)
app.command(app_app)
app.command(credential_app)
app.command(database_app)
app.command(docs)


def _unusable() -> tuple[type[BaseException], ...]:
    """Return how a database or a folder that cannot be used shows; asked only when something has failed."""
    from dvor.store.postgresql import UNUSABLE  # SQLite does without its driver's memory

    return (OSError, *UNUSABLE)


def main() -> None:
    """Run the command; what the operator did wrong is one line and exit code 1."""
    try:
        app(sys.argv[1:])
    except ConfigError as error:
        sys.exit("\n".join(f"dvor: {problem}" for problem in error.problems))
    except Refusal as error:
        sys.exit(f"dvor: {type(error).__name__}: {error}")
    except (DataFolderBusy, MaintenanceRefused, MasterKeyUnusable, SchemaTooNew) as error:
        sys.exit(f"dvor: {error}")
    except _unusable() as error:
        sys.exit(f"dvor: the database or the data folder cannot be used: {error}")
