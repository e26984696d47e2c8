"""The cast, as the tests of the pages know it."""

from tests.dialects.conftest import cast_client as cast_client
from tests.dialects.conftest import settled_postgresql as settled_postgresql
from tests.dialects.conftest import settled_sqlite as settled_sqlite
