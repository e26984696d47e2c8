"""The command dvor: everything an operator does from a terminal."""

from dvor.cli.main import main

__all__ = ["main"]
