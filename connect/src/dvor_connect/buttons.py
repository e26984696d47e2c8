"""Ready buttons in the networks' looks."""

from html import escape

from dvor_connect.networks import Network

LABELS = {"en": "Log in with {title}", "ru": "Войти через {title}"}
_BUTTON = (
    "display:inline-flex;align-items:center;gap:.6em;padding:.6em 1em;border-radius:.5em;"
    "font:600 1rem/1.2 system-ui,sans-serif;text-decoration:none;"
)
_MARK = "display:inline-block;min-width:1.6em;text-align:center;font-weight:800;"


def button(network: Network, address: str, *, label: str = "", language: str = "en") -> str:
    """Return the HTML of a link that looks like the network's button; its class is `dvor-connect` for styles of your own."""
    text = label or LABELS.get(language, LABELS["en"]).format(title=network.title)
    look = network.look
    colors = f"background:{escape(look.background)};color:{escape(look.color)}"
    return (
        f'<a class="dvor-connect dvor-connect-{escape(network.key)}" href="{escape(address)}" style="{_BUTTON}{colors}">'
        f'<span aria-hidden="true" style="{_MARK}">{escape(look.mark)}</span>{escape(text)}</a>'
    )
