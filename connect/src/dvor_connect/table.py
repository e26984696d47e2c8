"""The page that tells which network gives which field, written from the networks' settings."""

from dvor_connect.networks import Network, known_networks, read_known
from dvor_connect.people import user_info_fields

PERSON = ("email", "is_email_verified", "phone", "birth_date", "picture", "page")
YES, NO = "✓", "·"
KINDS = {
    "vk": "OAuth 2.0, code",
    "vkid": "OAuth 2.1, code",
    "openvk": "token in the address, or password",
    "sngine": "key, then token",
    "webtv": "signed calls, password",
    "oidc": "OpenID Connect, code",
}
STATES = {
    "parameter": "state",
    "redirect_uri": "state in the redirect address",
    "ticket": "the browser's ticket alone",
}


def write_table() -> str:
    """Return the page in Markdown."""
    networks = [read_known(key) for key in known_networks()]
    parts = [
        "# What each network gives",
        "Written by `make docs` from the networks' settings in `connect/src/dvor_connect/networks/`."
        f" {YES}: the network has the field, and tells it where the person lets it. {NO}: it has not, and the field is `None`.",
        "## How they log people in",
        _table(
            ["", "network()", "way", "the return is tied to its beginning by", "PKCE", "last checked"],
            [_describe(one) for one in networks],
        ),
        "## `Get User info`: the table",
        _table(
            ["field", "type", *(one.key for one in networks)],
            [
                [f"`{one.name}`", one.type, *(_mark(one.name in net.user_info) for net in networks)]
                for one in user_info_fields()
            ],
        ),
        "## The profile, beyond names, sex and place",
        _table(
            ["", *(one.key for one in networks)],
            [[f"`{name}`", *(_mark(_has(net, name)) for net in networks)] for name in PERSON],
        ),
        "## Notes and sources",
        *(_notes(one) for one in networks),
    ]
    return "\n\n".join(parts) + "\n"


def _describe(network: Network) -> list[str]:
    pkce = network.pkce or ("–" if network.protocol != "oidc" else "S256")
    tied = STATES[network.state] if network.authorize or network.issuer else "–"
    if network.protocol == "oidc":
        tied = "state, nonce, iss"
    needs = "" if network.hosts.get("site") or "api" in network.hosts else ", site=…"
    call = f'`network("{network.key}"{needs})`'
    return [network.title, call, KINDS[network.protocol], tied, pkce, str(network.checked)]


def _has(network: Network, name: str) -> bool:
    return name in network.person or (name == "is_email_verified" and network.vouches_for_email)


def _mark(is_there: bool) -> str:
    return YES if is_there else NO


def _notes(network: Network) -> str:
    sources = "; ".join(network.sources)
    return f"* **{network.title}**: {network.notes}{' ' if network.notes else ''}Source: {sources}."


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
