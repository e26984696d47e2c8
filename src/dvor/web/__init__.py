"""The pages for people: their addresses, templates and static files."""
