"""Pages of lists, as every list of the server API is parted.

Source: WS.WebTV's developers' pages categories.list, news.list and galleries.list.
"""

from typing import Annotated, Any

from msgspec import field

from dvor.methods.declaration import Params, doc
from dvor.model.ids import MAX_NUMBER

DEFAULT_COUNT, MOST_COUNT = 20, 5000


class Page(Params):
    """Which part of a list is wanted."""

    per_page: Annotated[int, doc("How many a page.", ge=0, le=MOST_COUNT)] = field(
        default=0, name="resultsPerPageFilter"
    )
    current_page: Annotated[int, doc("Which page; the first is 1.", ge=0, le=10**9)] = 1
    paging: Annotated[int, doc("0 for the beginning of the list only.", ge=0, le=1)] = 1
    limit: Annotated[
        int, doc("How many, without pages and without resultsPerPageFilter.", ge=0, le=MAX_NUMBER)
    ] = 0

    @property
    def count(self) -> int:
        """How many are wanted."""
        return min(self.per_page or self.limit or DEFAULT_COUNT, MOST_COUNT)

    @property
    def offset(self) -> int:
        """How many to pass over."""
        return (max(self.current_page, 1) - 1) * self.count if self.paging else 0


def list_answer(total: int, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a page of a list as it is answered."""
    return {"list_total_found": total, "list_total": len(drawn), "list": drawn}
