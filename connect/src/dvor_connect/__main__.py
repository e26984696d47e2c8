"""`python -m dvor_connect` is the command dvor-connect."""

import sys

from dvor_connect.cli import main

if __name__ == "__main__":
    sys.exit(main())
