"""Where it is kept: tables, queries and migrations; the only room that knows SQL."""
