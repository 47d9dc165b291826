"""The keys that look back: history, where an item comes from, and where a line went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from memdeck.curated.journal import Journal
from memdeck.model import Entry, Item, LogItem
from tui.screens.finding import Finding
from tui.screens.listing import Chosen, Listing, ListScreen
from widgets.bars import KeyHint
from widgets.row import Row

if TYPE_CHECKING:
    from memdeck.history.lineage import ItemLineage, LineLineage
    from memdeck.history.versions import Version, Versions
    from widgets.history_rows import Gone, Shown


class LookingBack(Finding):
    """The board with its keys for what was."""

    def action_history(self) -> None:
        """MEMORY.md as it changed; in the Notes pane the notes."""
        if self.active.number == 1:
            self.action_notes_history()
            return
        from tui.screens.history import Archive, HistoryScreen

        assert self.deck is not None
        archive = Archive(
            load=self._load_versions,
            measure=self._measure_versions,
            differ=self._differ,
            undo=lambda record: self.bridge.write(lambda store: store.undo(record)),
            restore_file=self._restore_file,
            restore_item=self._restore_item,
            notes=self._history_of_notes,
        )
        self.app.push_screen(HistoryScreen(self.deck, archive, self.now, self.zone, self.glyphs))

    def _history_of_notes(self) -> None:
        self.show_pane(1)
        self.action_notes_history()

    def _load_versions(self, before: Versions | None, answer: Callable[[Versions], None]) -> None:
        from memdeck.history.versions import read_versions

        root, path = self.workspace.root, self.workspace.memory_path

        def job() -> Versions:
            return read_versions(root, path, Journal(self.workspace.state_folder), before=before)

        self.bridge.look(job, answer)

    def _measure_versions(
        self,
        page: Versions,
        wanted: Sequence[Version],
        answer: Callable[[Mapping[str, int]], None],
    ) -> None:
        from memdeck.history.contents import contents

        def job() -> Mapping[str, int]:
            found = {
                each.digest: data
                for each, data in zip(wanted, contents(page, wanted), strict=True)
                if data is not None and each.digest
            }
            counter = self.bridge.loader.counter
            return {digest: counter.count(data) for digest, data in found.items()}

        self.bridge.look(job, answer)

    def _differ(
        self, page: Versions, version: Version, to_today: bool, answer: Callable[[Shown], None]
    ) -> None:
        from memdeck.history.changes import item_changes, line_changes
        from memdeck.history.contents import contents, difference
        from widgets.history_rows import Shown

        assert self.deck is not None
        today = self.deck.memory.data

        def job() -> Shown:
            if to_today:
                then = contents(page, [version])[0] or b""
                before, after, whole, title = then, today, True, "what changed since"
            else:
                found = difference(page, version)
                before, after, whole = found.before, found.after, found.whole
                title = "what it changed"
            changes, lines = item_changes(before, after), line_changes(before, after)
            return Shown(version, title, before, after, changes, lines, whole)

        self.bridge.look(job, answer)

    def _restore_file(self, page: Versions, version: Version) -> None:
        from memdeck.curated.restoring import RestoreFile
        from memdeck.history.contents import contents

        here = version.when.astimezone(self.zone)
        name = f"the version of {here:%Y-%m-%d %H:%M}"

        def found(data: tuple[bytes | None, ...]) -> None:
            if data[0] is None:
                self.tell("What MEMORY.md said then cannot be told any more.")
                return
            operation = RestoreFile(data[0], name)
            self.bridge.write(lambda store: store.apply(operation))

        self.bridge.look(lambda: contents(page, [version]), found)

    def _restore_item(self, gone: Gone) -> None:
        from memdeck.curated.restoring import RestoreItem

        # What became of it is replaced only if it is still what MEMORY.md says today.
        assert self.deck is not None
        became = gone.instead_of
        same = [each.id for each in self.deck.memory.items if became and each.text == became.text]
        operation = RestoreItem(gone.version, gone.item.id, instead_of=same[0] if same else None)
        self.bridge.write(lambda store: store.apply(operation))

    # --- Lineage

    def action_lineage(self) -> None:
        """Where this item comes from; where this log line went."""
        row = self.active.list.current
        target = row.target if row else None
        if isinstance(target, Item):
            self._lineage_of_item(target)
        elif isinstance(target, LogItem):
            self._lineage_of_line(target)
        else:
            self.tell("i tells the life of an item of MEMORY.md or of a log line: move to one.")

    def _lineage_of_item(self, item: Item) -> None:
        from memdeck.history.lineage import lineage_of_item
        from memdeck.history.past import read_past
        from widgets.lineage_rows import item_lineage_rows

        deck, zone = self.deck, self.zone
        assert deck is not None
        root, path = self.workspace.root, self.workspace.memory_path
        threshold = self.workspace.settings.likeness

        def job() -> ItemLineage | None:
            past = read_past(root, path, Journal(self.workspace.state_folder))
            if past is None:
                return None
            return lineage_of_item(
                *(item, past, deck.days, deck.notes),
                threshold=threshold,
                today=deck.today,
                zone=zone,
            )

        def found(lineage: ItemLineage | None) -> None:
            if lineage is not None:
                rows = item_lineage_rows(lineage, self.now(), zone, self.glyphs)
                self._list_lineage(f"Line {item.line}: {item.text}", rows)

        self.bridge.look(job, found)

    def _lineage_of_line(self, line: LogItem) -> None:
        from memdeck.history.lineage import lineage_of_line
        from memdeck.history.past import read_past
        from widgets.lineage_rows import line_lineage_rows

        root, path = self.workspace.root, self.workspace.memory_path
        threshold = self.workspace.settings.likeness

        def job() -> LineLineage | None:
            past = read_past(root, path, Journal(self.workspace.state_folder))
            return lineage_of_line(line, past, threshold=threshold) if past is not None else None

        def found(lineage: LineLineage | None) -> None:
            if lineage is not None:
                rows = line_lineage_rows(lineage, self.now(), self.zone, self.glyphs)
                self._list_lineage(f"{line.place}: {line.text}", rows)

        self.bridge.look(job, found)

    def _list_lineage(self, title: str, rows: tuple[Row, ...]) -> None:
        assert self.deck is not None
        listing = Listing(
            title,
            rows,
            "Nothing is known of it: no version, no log line and no note says anything like it.",
            actions=(KeyHint("enter", "go there", "go"),),
        )

        def answered(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._go_to_lineage(chosen.rows[0].target)

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _go_to_lineage(self, target: object) -> None:
        from memdeck.daily.days import log_date
        from memdeck.history.lineage import Place

        match target:
            case Place():
                day = log_date(target.file.rpartition("/")[2])
                if day is not None:
                    self.go_to_log(target.file, target.line, day)
            case Item():
                self.go_to_item(target.id, target.address)
            case Entry():
                self.show_pane(1)
                self.pane(1).reveal_best(partial(_fits_entry, target))
            case _:
                self.tell("There is no line to go to: T shows the versions.")


def _fits_entry(entry: Entry, row: Row) -> int | None:
    target = row.target
    if not isinstance(target, Entry) or target.key != entry.key:
        return None
    return 2 if (target.commit, target.position) == (entry.commit, entry.position) else 1
