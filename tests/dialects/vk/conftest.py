"""The cast, as the tests of this dialect know it."""

from tests.dialects.conftest import NOW as NOW
from tests.dialects.conftest import URL as URL
from tests.dialects.conftest import CastClient as CastClient
