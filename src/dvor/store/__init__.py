"""Where it is kept: tables, queries, migrations; the only room that knows SQL."""
