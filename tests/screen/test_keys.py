"""The table of keys, held against what terminals and text fields do with them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from textual.binding import Binding
from textual.widgets import Input, TextArea

from tui.app import MemdeckApp
from tui.keys import ALL_KEYS, BOOTSTRAP_KEYS, DIALOG_KEYS, KEYS, LIST_KEYS, Where, hints, key_table
from tui.screens.bootstrap import BootstrapScreen
from tui.screens.main import MainScreen
from tui.screens.place import PlaceScreen

# The bytes of enter, tab, backspace, newline and escape: no terminal tells them apart.
_SAME_BYTES = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j", "ctrl+left_square_bracket"}


def field_keys() -> set[str]:
    found = set()
    for widget in (Input, TextArea):
        for binding in widget.BINDINGS:
            assert isinstance(binding, Binding)
            found |= {key.strip() for key in binding.key.split(",")}
    return found


def test_no_key_is_one_that_a_terminal_cannot_send() -> None:
    used = {key for each in ALL_KEYS for key in each.keys}
    assert not used & _SAME_BYTES


def test_keys_that_work_while_typing_are_not_those_of_a_text_field() -> None:
    working = {key for each in KEYS if each.priority for key in each.keys}
    working |= {key for each in DIALOG_KEYS for key in each.keys}
    # Leaving must work everywhere; the terminal's own copy is with the mouse.
    assert working & field_keys() <= {"ctrl+c"}


def test_one_key_has_one_meaning() -> None:
    counted = Counter(key for each in KEYS for key in each.keys)
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_key_has_an_id_words_and_an_action_that_exists() -> None:
    ids = [each.id for each in ALL_KEYS]
    assert len(ids) == len(set(ids))
    for each in KEYS:
        assert each.words
        assert each.help
        name = each.action.split("(")[0]
        holder = MemdeckApp if name.startswith("app.") else MainScreen
        assert hasattr(holder, f"action_{name.removeprefix('app.')}"), name
    for each in DIALOG_KEYS:
        assert hasattr(PlaceScreen, f"action_{each.action}")
    for each in BOOTSTRAP_KEYS:
        assert hasattr(BootstrapScreen, f"action_{each.action.split('(')[0]}")


def test_on_the_bootstrap_too_one_key_has_one_meaning() -> None:
    counted = Counter(key for each in (*LIST_KEYS, *BOOTSTRAP_KEYS) for key in each.keys)
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_pane_shows_its_keys_and_ends_with_help() -> None:
    for where in (Where.NOTES, Where.MEMORY, Where.TIMELINE):
        shown = hints(where)
        assert shown[-1].key == "?"
        assert len({hint.key for hint in shown}) == len(shown)


def test_the_readme_shows_the_table() -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert key_table() in readme.read_text(encoding="utf-8")
