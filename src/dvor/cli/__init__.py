"""The command dvor: everything an operator does from a terminal."""
