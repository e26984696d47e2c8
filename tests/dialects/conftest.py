"""The cast, as the tests of the dialects know it."""

from tests.cast import NOW as NOW
from tests.cast import URL as URL
from tests.cast import CastClient as CastClient
