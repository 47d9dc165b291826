"""What commands print: valid JSON whatever is in it, and nothing hostile to a terminal."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.cli.output import data, document, emphasised, json_text, narrate, raw


def test_text_is_escaped_only_where_the_output_cannot_hold_it() -> None:
    assert json_text({"a": "ü"}, "utf-8", None) == '{"a": "ü"}'
    assert json_text({"a": "ü"}, "UTF8", None) == '{"a": "ü"}'
    assert json_text({"a": "ü"}, "latin-1", None) == '{"a": "\\u00fc"}'


@pytest.mark.fault("bytes that are no text, in a JSON document")
def test_bytes_that_are_no_text_stay_valid_json_and_are_not_lost() -> None:
    bad = b"caf\xe9".decode("utf-8", "surrogateescape")
    text = json_text([bad])
    text.encode("utf-8")
    assert json.loads(text) == [bad]


def test_a_number_that_json_does_not_know_becomes_a_string() -> None:
    assert json.loads(json_text({"a": [float("inf"), 1.5, (float("nan"),)]})) == {
        "a": ["inf", 1.5, ["nan"]]
    }


class Slow(io.RawIOBase):
    """What stdout is made of with PYTHONUNBUFFERED: it takes a few bytes, and says how many."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self.taken += bytes(data)[:3]
        return min(3, len(bytes(data)))


@pytest.mark.fault("an output that takes a few bytes at a time, with PYTHONUNBUFFERED set")
def test_everything_is_printed_to_an_output_that_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    stream = io.TextIOWrapper(slow, encoding="utf-8", write_through=True)  # type: ignore[type-var]
    monkeypatch.setattr(sys, "stdout", stream)
    data("two words\nof text")
    document({"a": "ü"})
    emphasised([("plain", False), (" and bold", True)])
    raw(b"\xff and bytes\n")
    monkeypatch.undo()
    assert slow.taken.decode("utf-8", "replace") == (
        'two words\nof text\n{\n  "a": "ü"\n}\nplain and bold\n\ufffd and bytes\n'
    )


@pytest.mark.fault("memdeck's own signs, in words for an output without UTF-8")
def test_signs_have_others_where_the_output_lacks_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, shown in (
        ("ascii", b"1 -> 2... - x -1 ! \\u6d77\n"),
        ("latin-1", b"1 -> 2... \xb7 \xd7 -1 ! \\u6d77\n"),
        ("utf-8", "1 → 2… · × −1 ⚠ 海\n".encode()),
    ):
        for stream, say in (("stdout", data), ("stderr", narrate)):
            taken = io.BytesIO()
            monkeypatch.setattr(
                sys, stream, io.TextIOWrapper(taken, encoding, "backslashreplace", newline="\n")
            )
            say("1 → 2… · × −1 ⚠ 海")
            getattr(sys, stream).flush()
            assert taken.getvalue() == shown
            monkeypatch.undo()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(alphabet=st.characters(exclude_categories=()), max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_every_value_comes_back_from_utf_8(value: object) -> None:
    assert json.loads(json_text(value, "utf-8").encode("utf-8")) == value


@pytest.mark.parametrize("name", ["memdeck", "memdeck.cli", "memdeck.cli.root"])
def test_importing_loads_nothing_heavy(name: str, environment: dict[str, str]) -> None:
    script = (
        f"import sys, {name}\n"
        "heavy = {'textual', 'git', 'tiktoken', 'rich', 'rapidfuzz', 'watchfiles', 'sqlite3',"
        " 'pyromark', 'importlib.metadata', 'tomllib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


def test_the_version_is_said_without_loading_a_command(environment: dict[str, str]) -> None:
    script = (
        "import sys\n"
        "from memdeck.__main__ import main\n"
        "sys.argv = ['memdeck', '--version']\n"
        "assert main() == 0\n"
        "loaded = [name for name in sys.modules if name.startswith('memdeck.')]\n"
        "assert 'memdeck.cli.status' not in loaded and 'memdeck.live.reader' not in loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, env=environment, capture_output=True, text=True
    )
    assert done.stdout.startswith("memdeck 0.")


def test_the_version_is_the_one_of_the_project() -> None:
    import tomllib

    import memdeck

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert memdeck.__version__ == project["project"]["version"]
