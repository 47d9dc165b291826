"""Every key, once: bindings, the key bar, the help screen and the README's table come from here.

One letter has one meaning everywhere. A key that does nothing where it is
pressed says why, so every key is bound on the whole screen and its action
looks where the focus is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from textual.binding import Binding

from widgets.bars import KeyHint


class Where(StrEnum):
    """Where a key does something."""

    EVERYWHERE = "On the board"
    LISTS = "In a list"
    NOTES = "Notes"
    MEMORY = "MEMORY.md"
    TIMELINE = "Timeline"
    BOOTSTRAP = "Bootstrap"
    TRIAGE = "Triage"
    SEARCH = "Search"
    HISTORY = "History"
    PULSE = "Pulse"
    COSTS = "Costs"
    DIALOG = "In a dialog"


@dataclass(frozen=True, slots=True)
class Key:
    """One action and the keys that run it."""

    id: str
    keys: tuple[str, ...]
    """As Textual names them."""
    action: str
    words: str
    """In one or two words, for the key bar."""
    help: str
    """In one line, for the help screen and the README."""
    where: Where
    bar: tuple[Where, ...] = ()
    """The panes whose key bar shows it."""
    priority: bool = False
    """Also while something is typed."""

    @property
    def on_row(self) -> bool:
        """Whether it does something to the selected row: also while the row is read."""
        own = self.where in (Where.NOTES, Where.MEMORY, Where.TIMELINE)
        return own or self.id in ("edit", "list.editor", "list.copy")

    @property
    def label(self) -> str:
        """The keys as a person writes them."""
        return " ".join(_LABELS.get(key, key) for key in self.keys)


_LABELS: Final = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "less_than_sign": "<",
    "minus": "-",
    "plus": "+",
    "greater_than_sign": ">",
    "right_square_bracket": "]",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "esc",
}

_LISTS: Final = (Where.NOTES, Where.MEMORY, Where.TIMELINE)

KEYS: Final = (
    Key("timeline.promote", ("p",), "promote", "promote",
        "put the marked lines, or this one, into MEMORY.md; edit and choose first",
        Where.TIMELINE, (Where.TIMELINE,)),
    Key("timeline.promote_as_is", ("P",), "promote_as_is", "as is",
        "put this line, or the marked one, into the proposed section as it is; asks when unsure",
        Where.TIMELINE, (Where.TIMELINE,)),
    Key("edit", ("e",), "edit", "edit",
        "edit this item of MEMORY.md where it stands; give this key of the notes a new value",
        Where.LISTS, (Where.MEMORY, Where.NOTES)),
    Key("memory.retire", ("x",), "retire", "retire", "take the marked items, or this one, out",
        Where.MEMORY, (Where.MEMORY,)),
    Key("memory.move", ("m",), "move_item", "move",
        "put the marked items, or this one, into another section",
        Where.MEMORY, (Where.MEMORY,)),
    Key("add", ("a",), "add", "add", "add an item of MEMORY.md, or an entry of the notes, by hand",
        Where.LISTS, (Where.MEMORY, Where.NOTES)),
    Key("notes.difference", ("B",), "difference", "beside",
        "this branch and the current one beside each other: what one knows and the other not",
        Where.NOTES, (Where.NOTES,)),
    Key("notes.sync", ("s",), "sync", "sync",
        "exchange the notes with remotes; asks before anything is sent for the first time",
        Where.NOTES, (Where.NOTES,)),
    Key("notes.recover", ("R",), "recover", "recover",
        "entries that racing writers dropped, to be put back", Where.NOTES, (Where.NOTES,)),
    Key("notes.doctor", ("D",), "doctor", "doctor",
        "what is wrong with the notes, and what would mend it", Where.NOTES, (Where.NOTES,)),
    Key("history", ("T",), "history", "history",
        "MEMORY.md or the notes as they changed: undo, or restore one item or the whole file",
        Where.EVERYWHERE, (Where.NOTES, Where.MEMORY)),
    Key("triage", ("t",), "triage", "triage",
        "what was logged and may be worth keeping, ranked; you decide line by line",
        Where.EVERYWHERE, (Where.TIMELINE,)),
    Key("search", ("ctrl+f",), "search", "search", "search all tiers, as you type",
        Where.EVERYWHERE, (Where.TIMELINE, Where.MEMORY)),
    Key("hygiene", ("H",), "hygiene", "hygiene",
        "what could be put right in MEMORY.md: duplicates, dead references, debris, secrets",
        Where.EVERYWHERE),
    Key("lineage", ("i",), "lineage", "lineage",
        "where this item comes from and who mentioned it; where this log line went", Where.LISTS),
    Key("lost", ("L",), "put_back", "put back",
        "put back what another writer dropped from MEMORY.md or a log", Where.EVERYWHERE),
    Key("notes.carry", ("c",), "carry", "carry over",
        "put this key of another branch onto the current one", Where.NOTES, (Where.NOTES,)),
    Key("list.mark", ("space",), "mark", "mark", "mark this line, and go to the next",
        Where.LISTS, (Where.TIMELINE, Where.MEMORY)),
    Key("list.editor", ("E",), "editor", "editor", "open $EDITOR at this line", Where.LISTS),
    Key("list.copy", ("y",), "copy", "copy", "copy this line's text", Where.LISTS, (Where.NOTES,)),
    Key("undo", ("u",), "undo", "undo", "undo your last change of MEMORY.md", Where.EVERYWHERE,
        (Where.TIMELINE, Where.MEMORY)),
    Key("redo", ("ctrl+r",), "redo", "redo", "redo what you undid last", Where.EVERYWHERE),
    Key("list.open", ("enter",), "open", "open", "read this line in full; open or close a fold",
        Where.LISTS, (Where.NOTES,)),
    Key("list.filter", ("slash",), "filter", "filter", "show only what holds some words",
        Where.LISTS, _LISTS),
    Key("bootstrap", ("b",), "bootstrap", "bootstrap",
        "exactly what the next session is given, with what is cut; and the hand-off",
        Where.EVERYWHERE, _LISTS),
    Key("free", ("f",), "free", "free tokens",
        "what could leave MEMORY.md to make room, ranked; you choose line by line",
        Where.EVERYWHERE),
    Key("distil", ("ctrl+t",), "distil", "distil",
        "have the text that is edited made shorter by the program of distill.command",
        Where.EVERYWHERE, priority=True),
    Key("zoom", ("z",), "zoom", "zoom", "give this pane the whole screen, and back",
        Where.EVERYWHERE, _LISTS),
    Key("quit", ("q",), "leave", "quit", "leave memdeck", Where.EVERYWHERE, _LISTS),
    Key("palette", ("ctrl+p",), "app.command_palette", "commands", "find any command by name",
        Where.EVERYWHERE),
    Key("help", ("question_mark",), "help", "help", "every key", Where.EVERYWHERE, _LISTS),
    Key("quit.always", ("ctrl+q", "ctrl+c"), "leave", "quit", "leave memdeck, from anywhere",
        Where.EVERYWHERE, priority=True),
    Key("suspend", ("ctrl+z",), "app.suspend_process", "suspend",
        "back to the shell; fg returns", Where.EVERYWHERE),
    Key("pane.notes", ("1",), "pane(1)", "Notes", "to the branch notes", Where.EVERYWHERE),
    Key("pane.memory", ("2",), "pane(2)", "MEMORY.md", "to MEMORY.md", Where.EVERYWHERE),
    Key("pane.timeline", ("3",), "pane(3)", "Timeline", "to the daily logs", Where.EVERYWHERE),
    Key("pane.pulse", ("4",), "pulse", "Pulse",
        "who is alive, what needs you, and what is being done", Where.EVERYWHERE),
    Key("pane.next", ("tab",), "next_pane(1)", "next pane", "to the next pane", Where.EVERYWHERE),
    Key("pane.previous", ("shift+tab",), "next_pane(-1)", "previous pane", "to the previous pane",
        Where.EVERYWHERE),
    Key("list.down", ("down", "j"), "move(1)", "down", "down", Where.LISTS),
    Key("list.up", ("up", "k"), "move(-1)", "up", "up", Where.LISTS),
    Key("list.page_down", ("pagedown",), "page(1)", "page down", "a page down", Where.LISTS),
    Key("list.page_up", ("pageup",), "page(-1)", "page up", "a page up", Where.LISTS),
    Key("list.first", ("g", "home"), "first", "first", "to the first line", Where.LISTS),
    Key("list.last", ("G", "end"), "last", "last", "to the last line", Where.LISTS),
    Key("list.close", ("h", "left"), "fold", "close", "close the fold, or go to the one above",
        Where.LISTS),
    Key("list.unfold", ("l", "right"), "unfold", "open", "open the fold, or go into it",
        Where.LISTS),
    Key("list.previous_stop", ("left_square_bracket",), "stop(-1)", "previous",
        "to the previous day, section, branch or cut", Where.LISTS),
    Key("list.next_stop", ("right_square_bracket",), "stop(1)", "next",
        "to the next day, section, branch or cut", Where.LISTS),
    Key("list.next_match", ("n",), "match(1)", "next match",
        "to the next line that was found, or is new", Where.LISTS),
    Key("list.previous_match", ("N",), "match(-1)", "previous match",
        "to the previous line that was found, or is new", Where.LISTS),
    Key("leave", ("escape",), "back", "back", "end the filter; take marks and new signs away",
        Where.EVERYWHERE),
)  # fmt: skip

LIST_KEYS: Final = tuple(
    key for key in KEYS if key.where is Where.LISTS and not key.bar and key.id != "list.editor"
)
"""What works in any list: moving, folding, and going through what was found."""

BOOTSTRAP_KEYS: Final = (
    Key("bootstrap.profile", ("o",), "profile", "profile", "by the rules of another harness",
        Where.BOOTSTRAP, (Where.BOOTSTRAP,)),
    Key("bootstrap.branch", ("B",), "branch", "branch", "with another branch's notes",
        Where.BOOTSTRAP, (Where.BOOTSTRAP,)),
    Key("bootstrap.day", ("d",), "pick_day", "day", "as on another day", Where.BOOTSTRAP,
        (Where.BOOTSTRAP,)),
    Key("bootstrap.earlier", ("less_than_sign",), "day(-1)", "earlier", "as on the day before",
        Where.BOOTSTRAP),
    Key("bootstrap.later", ("greater_than_sign",), "day(1)", "later", "as on the day after",
        Where.BOOTSTRAP),
    Key("bootstrap.tab", ("tab",), "tab(0)", "hand-off", "to the hand-off, and back",
        Where.BOOTSTRAP, (Where.BOOTSTRAP,)),
    Key("bootstrap.loaded", ("1",), "tab(1)", "loaded", "what is loaded", Where.BOOTSTRAP),
    Key("bootstrap.hand_off", ("2",), "tab(2)", "hand-off",
        "what an agent finds when it starts now", Where.BOOTSTRAP),
    Key("bootstrap.agent", ("A",), "agent", "agent", "the hand-off since this agent's last beat",
        Where.BOOTSTRAP),
    Key("bootstrap.free", ("f",), "free", "free tokens", "what could go", Where.BOOTSTRAP,
        (Where.BOOTSTRAP,)),
    Key("bootstrap.leave", ("b", "escape", "q"), "back", "back", "back to the board",
        Where.BOOTSTRAP, (Where.BOOTSTRAP,)),
)  # fmt: skip

TRIAGE_KEYS: Final = (
    Key("triage.promote", ("p",), "promote", "promote",
        "edit and choose a section, then put the marked lines, or this one, into MEMORY.md",
        Where.TRIAGE, (Where.TRIAGE,)),
    Key("triage.as_is", ("P",), "promote_as_is", "as is",
        "put this line into the proposed section as it is; asks when unsure", Where.TRIAGE,
        (Where.TRIAGE,)),
    Key("triage.merge", ("M",), "merge", "merge",
        "merge it into the item that is like it, or into one you choose", Where.TRIAGE,
        (Where.TRIAGE,)),
    Key("triage.skip", ("S",), "skip", "skip", "skip it for good; on a skipped line: take it back",
        Where.TRIAGE, (Where.TRIAGE,)),
    Key("triage.wait", ("w",), "wait", "wait", "put it away until a date", Where.TRIAGE,
        (Where.TRIAGE,)),
    Key("triage.open", ("enter",), "open", "in its day", "go to the line in its day",
        Where.TRIAGE, (Where.TRIAGE,)),
    Key("triage.mark", ("space",), "mark", "mark", "mark this line, and go to the next",
        Where.TRIAGE, (Where.TRIAGE,)),
    Key("triage.read", ("v",), "read", "view", "read the line in full", Where.TRIAGE),
    Key("triage.copy", ("y",), "copy", "copy", "copy this line's text", Where.TRIAGE),
    Key("triage.undo", ("u",), "undo", "undo", "take back what was decided or written last",
        Where.TRIAGE, (Where.TRIAGE,)),
    Key("triage.leave", ("t", "escape", "q"), "back", "back", "back to the board", Where.TRIAGE,
        (Where.TRIAGE,)),
)  # fmt: skip

SEARCH_KEYS: Final = (
    Key("search.open", ("enter",), "open", "go there", "go to the line", Where.SEARCH,
        (Where.SEARCH,)),
    Key("search.mode", ("tab",), "mode(1)", "words, pattern, nearly",
        "search for words, for a pattern, or for what is nearly so", Where.SEARCH,
        (Where.SEARCH,)),
    Key("search.read", ("ctrl+o",), "read", "read", "read the line between those around it",
        Where.SEARCH, (Where.SEARCH,)),
    Key("search.leave", ("escape",), "back", "back", "back to the board", Where.SEARCH,
        (Where.SEARCH,)),
)  # fmt: skip

HISTORY_KEYS: Final = (
    Key("history.sides", ("tab",), "sides", "other side", "to the difference, and back",
        Where.HISTORY, (Where.HISTORY,)),
    Key("history.compare", ("d",), "compare", "before or today",
        "against the version before, or against today", Where.HISTORY, (Where.HISTORY,)),
    Key("history.undo", ("u",), "undo", "undo", "undo this operation, whichever it is",
        Where.HISTORY, (Where.HISTORY,)),
    Key("history.restore", ("r",), "restore", "restore",
        "put this item back where it was; on a version, the whole file", Where.HISTORY,
        (Where.HISTORY,)),
    Key("history.notes", ("1",), "notes", "notes", "the notes as they changed", Where.HISTORY,
        (Where.HISTORY,)),
    Key("history.leave", ("T", "escape", "q"), "back", "back", "back to the board", Where.HISTORY,
        (Where.HISTORY,)),
)  # fmt: skip

PULSE_KEYS: Final = (
    Key("pulse.sides", ("tab",), "sides", "other list", "to the activity, and back to the agents",
        Where.PULSE, (Where.PULSE,)),
    Key("pulse.acknowledge", ("x",), "acknowledge", "seen",
        "in the inbox: it has been seen, say no more of it; on one put aside: take that back",
        Where.PULSE, (Where.PULSE,)),
    Key("pulse.snooze", ("w",), "snooze", "later", "in the inbox: put it away for a while",
        Where.PULSE, (Where.PULSE,)),
    Key("pulse.follow", ("F",), "follow", "follow",
        "the newest activity stays in sight, or the list stays where it is", Where.PULSE,
        (Where.PULSE,)),
    Key("pulse.costs", ("c",), "costs", "costs", "what all of it costs", Where.PULSE,
        (Where.PULSE,)),
    Key("pulse.leave", ("4", "escape", "q"), "back", "back", "back to the board", Where.PULSE,
        (Where.PULSE,)),
)  # fmt: skip

COSTS_KEYS: Final = (
    Key("costs.shorter", ("less_than_sign", "minus"), "interval(-1)", "shorter",
        "a shorter interval", Where.COSTS, (Where.COSTS,)),
    Key("costs.longer", ("greater_than_sign", "plus"), "interval(1)", "longer",
        "a longer interval", Where.COSTS, (Where.COSTS,)),
    Key("costs.edit", ("e",), "edit", "change", "another value for this assumption", Where.COSTS,
        (Where.COSTS,)),
    Key("costs.copy", ("y",), "copy", "copy", "what was changed, as lines of memdeck.toml",
        Where.COSTS, (Where.COSTS,)),
    Key("costs.leave", ("c", "escape", "q"), "back", "back", "back to the pulse", Where.COSTS,
        (Where.COSTS,)),
)  # fmt: skip

DIALOG_KEYS: Final = (
    Key("dialog.write", ("ctrl+s",), "write", "write", "write it", Where.DIALOG),
    Key(
        "dialog.distil",
        ("ctrl+t",),
        "distil",
        "distil",
        "have the text made shorter by the program of distill.command",
        Where.DIALOG,
    ),
    Key("dialog.leave", ("escape",), "leave", "leave", "leave without writing", Where.DIALOG),
)


ALL_KEYS: Final = (
    *KEYS,
    *BOOTSTRAP_KEYS,
    *TRIAGE_KEYS,
    *SEARCH_KEYS,
    *HISTORY_KEYS,
    *PULSE_KEYS,
    *COSTS_KEYS,
    *DIALOG_KEYS,
)

EDIT_HINTS: Final = (
    KeyHint("enter", "write", "write_edit"),
    KeyHint("ctrl+t", "distil", "distil"),
    KeyHint("esc", "leave as it was", "back"),
)
FILTER_HINTS: Final = (
    KeyHint("enter", "keep the filter", "keep_filter"),
    KeyHint("esc", "show everything again", "back"),
)


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    """The keys as Textual's bindings."""
    return [
        Binding(
            ",".join(key.keys),
            key.action,
            key.words,
            show=False,
            priority=key.priority,
            id=key.id,
        )
        for key in keys
    ]


def hints(where: Where) -> tuple[KeyHint, ...]:
    """What the key bar shows for a pane, in the order of the table."""
    return tuple(
        KeyHint(_LABELS.get(key.keys[0], key.keys[0]), key.words, key.action)
        for key in KEYS
        if where in key.bar
    )


def hints_of(keys: tuple[Key, ...]) -> tuple[KeyHint, ...]:
    """What the key bar of a screen shows of its own keys."""
    return tuple(
        KeyHint(_LABELS.get(key.keys[0], key.keys[0]), key.words, key.action)
        for key in keys
        if key.bar
    )


def key_table() -> str:
    """All keys as a Markdown table: the README's."""
    lines = ["| where | key | does |", "|---|---|---|"]
    for where in Where:
        lines += [
            f"| {where.value} | {' '.join(f'`{_code(key)}`' for key in each.keys)} | {each.help} |"
            for each in ALL_KEYS
            if each.where is where
        ]
    return "\n".join(lines) + "\n"


def _code(key: str) -> str:
    return _LABELS.get(key, key)
