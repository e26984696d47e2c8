"""Sngine's API 1.1 for outside sites: logging in with a key, and reading who it was."""
