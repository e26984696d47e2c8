"""The column types and the one `MetaData` that every table of the store belongs to."""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import BigInteger, Dialect, Float, Integer, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""An integer of 64 bits on both engines; on SQLite the word INTEGER makes a lone key the row's own address."""

Bytes = LargeBinary


class Real(TypeDecorator[float]):
    """A number with a fraction, of 64 bits on both engines; both raw drivers give it as a float."""

    impl = Float(53)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Send a float, also for a whole number."""
        return float

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Take what the driver gives: SQLAlchemy's own processor asks for a column type that is not known here."""
        return None


T = TypeVar("T")


class Json(TypeDecorator[Any]):
    """A value kept as JSON and read back as `shape` (a Struct, a list of them …)."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._decode = msgspec.json.Decoder(shape).decode

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Store as `jsonb` on PostgreSQL and as text on SQLite."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    def bind_processor(self, dialect: Dialect) -> Any:
        """Encode to text, which both raw drivers take."""
        return lambda value: None if value is None else msgspec.json.encode(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Decode from the text that both raw drivers give."""
        decode = self._decode
        return lambda value: None if value is None else decode(value)
