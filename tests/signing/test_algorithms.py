import datetime as dt

import pytest

from dossier.errors import ConfigurationError
from signing.algorithms import SUNSETS, Sunset, Sunsets, Used
from signing.proof import STRONG_DIGESTS

IN_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


def test_every_entry_says_where_it_comes_from() -> None:
    entries = [*SUNSETS.hashes.values(), *SUNSETS.keys.values(), *SUNSETS.schemes.values()]
    assert len(entries) > 10
    assert all(entry.source for entry in entries)


def test_every_hash_function_that_counts_is_in_the_table() -> None:
    assert set(SUNSETS.hashes) >= STRONG_DIGESTS


def test_the_longest_entry_that_a_key_reaches_counts() -> None:
    assert SUNSETS.of_key("rsa", 2048) == SUNSETS.keys["rsa", 1900]
    assert SUNSETS.of_key("rsa", 4096) == SUNSETS.keys["rsa", 3000]
    assert SUNSETS.of_key("ec", 521) == SUNSETS.keys["ec", 250]


@pytest.mark.parametrize(("kind", "bits"), [("rsa", 1024), ("ec", 192), ("dsa", 3072)])
def test_what_is_in_no_table_holds_nothing(kind: str, bits: int) -> None:
    until = SUNSETS.of_key(kind, bits).until
    assert until is not None
    assert until < IN_2030
    assert SUNSETS.of_hash("ripemd160").until == until


def test_the_soonest_end_counts_and_only_a_confirmed_one_in_verdicts() -> None:
    used = Used(frozenset({"sha256"}), "rsa", 2048, "rsassa_pkcs1v15")
    assert SUNSETS.end(used) == dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
    assert not SUNSETS.ended(used, IN_2030)
    confirmed = Sunset(IN_2030, confirmed=True, source="")
    assert Sunsets(SUNSETS.hashes, SUNSETS.keys, {"rsassa_pkcs1v15": confirmed}).ended(used, IN_2030)
    assert SUNSETS.ended(Used(frozenset({"sha1"}), "ec", 256, "ecdsa"), IN_2030)
    assert SUNSETS.end(Used(frozenset({"sha256"}), "ec", 256, "ecdsa")) == SUNSETS.keys["ec", 250].until


def test_a_stronger_hash_function_is_chosen_when_the_usual_one_ends() -> None:
    assert SUNSETS.hash_for(IN_2030) == "sha256"
    weak = Sunset(IN_2030, confirmed=False, source="")
    ending = Sunsets({**SUNSETS.hashes, "sha256": weak}, {}, {})
    assert ending.hash_for(IN_2030) == "sha512"
    with pytest.raises(ConfigurationError):
        Sunsets({}, {}, {}).hash_for(IN_2030)


def test_a_last_day_is_whole() -> None:
    table = Sunsets.load('[hash.sha256]\nuntil = 2030-12-31\nconfirmed = true\nsource = "a test"\n')
    used = Used(frozenset({"sha256"}), "ec", 256, "ecdsa")
    table = Sunsets(table.hashes, SUNSETS.keys, {})
    assert not table.ended(used, dt.datetime(2030, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    assert table.ended(used, dt.datetime(2031, 1, 1, tzinfo=dt.UTC))
