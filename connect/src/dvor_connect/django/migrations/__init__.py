"""Django's migrations of the table of identities."""
