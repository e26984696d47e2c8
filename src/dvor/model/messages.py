"""Messages."""

from msgspec import Struct

from dvor.model.attachments import Attachment

MAX_TEXT = 4096
"""Characters in one message (VK's figure)."""


class Message(Struct, frozen=True):
    """A message: its key is (conversation_id, number); `id` rises over the whole server.

    `low_id` and `high_id` are the two users of the dialog, so that a viewer's name for the conversation can be told.
    """

    conversation_id: int
    number: int
    id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment]
    random_id: int
    low_id: int
    high_id: int

    def peer_for(self, viewer_id: int) -> int:
        """Return the other user of the dialog; in a dialog with oneself, oneself."""
        return self.high_id if viewer_id == self.low_id else self.low_id
