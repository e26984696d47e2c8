"""Alembic's entry: runs the migrations on the connection that `dvor.store.migration` passes in."""

from typing import Any

from alembic import context

from dvor.store.columns import metadata
from dvor.store.schema import belongs_to

connection = context.config.attributes["connection"]


def include_object(item: Any, _name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what belongs to the other engine."""
    return kind not in ("table", "sequence") or belongs_to(item, connection.dialect.name)


context.configure(connection=connection, target_metadata=metadata, include_object=include_object)
context.run_migrations()
