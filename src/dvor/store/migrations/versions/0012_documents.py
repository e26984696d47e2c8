"""Documents, and the words by which they are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.Text().with_variant(JSONB(), "postgresql")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables, and what draws the numbers of documents."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("documents_numbers")))
    else:
        numbers = sa.table("numbers", sa.column("name", sa.Text), sa.column("value", ID))
        op.bulk_insert(numbers, [{"name": "documents", "value": 0}])
    op.create_table(
        "documents",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("ext", sa.Text, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("bytes", ID, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("preview", JSON, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("access_key", sa.Text, nullable=False),
        sa.Column("is_listed", sa.Boolean, nullable=False),
        sa.Column("created_at", ID, nullable=False),
        sa.Column("deleted_at", ID, nullable=False),
        sa.Column("upload_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "id", name="pk_documents"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_documents_owner_id_upload_id", "documents", ["owner_id", "upload_id"], unique=True)
    op.create_table(
        "document_words",
        sa.Column("owner_id", ID, autoincrement=False, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("document_id", ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "word", "document_id", name="pk_document_words"),
        sqlite_with_rowid=False,
    )
