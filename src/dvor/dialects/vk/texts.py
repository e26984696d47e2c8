"""Texts as VK and OpenVK send them."""

from dvor.methods.declaration import Call


def draw_text(call: Call, text: str) -> str:
    """Return what a person wrote: in VK's form as it is, in OpenVK's with & < > as HTML."""
    return text if call.is_versioned else text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
