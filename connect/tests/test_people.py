"""Reading what networks answer: whatever comes, a value of the right type or nothing."""

import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvor_connect import known_networks, user_info_fields
from dvor_connect.errors import clean
from dvor_connect.networks import read_known
from dvor_connect.people import InfoReader, read_birth_date, read_number, read_text, read_yes_no
from dvor_connect.site import nest, read_next

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "0", "1", "yes", "x", "1.2", "01.02.2003"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "title", "time"]), inner),
    max_leaves=5,
)
KINDS: dict[str, Any] = {"text": str, "number": (int, float), "yes-no": bool}


@pytest.mark.parametrize("key", known_networks())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_answer_gives_the_whole_table_with_its_types(key: str, data: st.DataObject) -> None:
    network = read_known(key)
    names = {path.split(".")[0].strip() for paths in network.user_info.values() for path in paths.split("|")}
    inner = st.dictionaries(st.sampled_from(["id", "title", "time", "platform", "friends"]), ANYTHING)
    raw = data.draw(st.dictionaries(st.sampled_from(sorted(names)), ANYTHING | inner))
    info = InfoReader(network).read(raw)
    assert list(info.data) == [one.name for one in user_info_fields()]
    for one in user_info_fields():
        value = info.data[one.name]
        assert value is None or (
            isinstance(value, KINDS[one.type]) and (one.type == "yes-no" or value is not True)
        )
        assert value is None or one.name in network.user_info
    assert info.profile.birth_date is None or len(info.profile.birth_date) in (7, 10)


@given(st.dates())
def test_birth_dates(day: datetime.date) -> None:
    assert read_birth_date(f"{day:%Y-%m-%d}".rjust(10, "0")) == day.isoformat()
    assert read_birth_date(f"{day.day}.{day.month}.{day.year:04}") == day.isoformat()
    assert read_birth_date(f"{day.day}.{day.month}") == f"--{day:%m-%d}"
    assert read_birth_date(f"0000-{day:%m-%d}") == f"--{day:%m-%d}"


@pytest.mark.parametrize("text", ["", "0000-00-00", "31.2", "2023-02-29", "1.1.1.1", "yesterday", None, 5])
def test_what_is_no_day(text: object) -> None:
    assert read_birth_date(text) is None


@pytest.mark.parametrize(
    ("value", "text", "number", "said"),
    [
        ("1", "1", 1, True),
        (0, "0", 0, False),
        (True, None, 1, True),
        ("1.5", "1.5", 1.5, None),
        ("nan", "nan", None, None),
        ("", None, None, None),
        ([1], None, None, None),
        ("9" * 30, "9" * 30, None, None),
        ("-3", "-3", -3, None),
    ],
)
def test_values_become_the_tables_types(value: object, text: object, number: object, said: object) -> None:
    assert (read_text(value), read_number(value), read_yes_no(value)) == (text, number, said)


@given(st.text() | st.from_regex(r"[/\\]{0,3}[a-z.:@/\\?#]{0,20}", fullmatch=True))
def test_a_log_in_never_leads_to_another_site(text: str) -> None:
    reached = urlsplit(urljoin("https://club.example/login", read_next(text, "/")))
    assert (reached.scheme, reached.netloc) == ("https", "club.example")


@given(st.text(), st.from_regex(r"[A-Za-z0-9_-]{20,80}", fullmatch=True))
def test_whatever_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in clean(f"{text} {secret} {text}")


def test_nested_objects_are_the_flat_table() -> None:
    assert nest({"id": "1", "city.id": 2, "city.title": None}) == {
        "id": "1",
        "city": {"id": 2, "title": None},
    }


def test_every_network_maps_only_fields_of_the_table() -> None:
    names = {one.name for one in user_info_fields()}
    for key in known_networks():
        network = read_known(key)
        assert set(network.user_info) <= names, key
        assert set(network.words) <= names, key
        assert {"id", "first_name", "last_name", "photo"} <= set(network.user_info), key
        assert network.checked, key
        assert network.sources, key
