"""The keys that care for the notes as a whole: their health, what was dropped, the remotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path

from memdeck.git import Git
from memdeck.model import Entry, RepositoryNotes
from memdeck.notes.agreements import Agreements
from memdeck.notes.doctor import examine, mend
from memdeck.notes.findings import Finding, Fix, Severity
from memdeck.notes.putback import PutBack, put_back
from memdeck.notes.recover import Dropped, look_back
from memdeck.notes.recover import Findings as DroppedFindings
from memdeck.notes.sync import FirstPush
from memdeck.notes.sync_all import Exchanged, sync_all
from memdeck.text import plural
from tui.screens.ask import AskScreen
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.noting import WritingNotes
from widgets.bars import KeyHint
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone
from widgets.when import ago


class CaringForNotes(WritingNotes):
    """The board with its keys for the notes' health."""

    def action_doctor(self) -> None:
        """What is wrong with the notes, and what would mend it."""
        repository = self._repository_for("D examines the notes: 1 goes there.")
        if repository is None:
            return
        git, ref = Git(repository.root), self.workspace.settings.notes_ref
        self.bridge.ask(
            lambda: examine(git, ref, repository),
            lambda found: self._list_findings(git, repository, found),
        )

    def _repository_for(self, words: str) -> RepositoryNotes | None:
        """The repository of the Notes pane's row; says why when there is none."""
        repository = self._repository_here()
        if self.active.number != 1:
            self.tell(words)
            return None
        if repository is None:
            self.tell("There is no git repository to keep notes in here.")
        return repository

    def _list_findings(
        self, git: Git, repository: RepositoryNotes, found: Sequence[Finding]
    ) -> None:
        assert self.deck is not None
        rows = finding_rows(found, self.glyphs)
        listing = Listing(
            title=f"The notes of {repository.name}: {plural(len(found), 'finding')}",
            rows=rows,
            empty="The notes are well: nothing damaged, nothing left behind, nothing in the way.",
            actions=(KeyHint("f", "mend", "mend"),),
            described={("finding", index): described_finding(e) for index, e in enumerate(found)},
            markable=True,
        )

        def answered(chosen: Chosen | None) -> None:
            targets = [row.target for row in chosen.rows] if chosen else []
            findings = [each for each in targets if isinstance(each, Finding)]
            fixes = [each.fix for each in findings if each.fix is not None]
            if findings and not fixes:
                self.tell("memdeck cannot mend this by itself: enter says what a person can do.")
            elif fixes:
                self._agree_and_mend(git, fixes)

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _agree_and_mend(self, git: Git, fixes: Sequence[Fix]) -> None:
        """Nothing is mended that was not shown before."""
        ref = self.workspace.settings.notes_ref
        words = "\n".join(f"{self.glyphs.plain} {each.words}" for each in fixes)

        def answered(yes: bool | None) -> None:
            if yes:
                self.bridge.ask(
                    lambda: mend(git, ref, fixes, now=self.now),
                    lambda done: self.tell(f"Mended: {'; '.join(done)}."),
                )

        question = f"This will be done:\n\n{words}"
        self.app.push_screen(AskScreen("Mend the notes", question, yes="do it"), answered)

    # --- What racing writers dropped

    def action_recover(self) -> None:
        """Entries that racing writers dropped, to be put back."""
        repository = self._repository_for("R looks for dropped notes: 1 goes there.")
        if repository is None:
            return
        git, ref = Git(repository.root), self.workspace.settings.notes_ref
        self.bridge.ask(lambda: look_back(git, ref), lambda found: self._list_dropped(git, found))

    def _list_dropped(self, git: Git, found: DroppedFindings) -> None:
        assert self.deck is not None
        items = (*found.dropped, *found.removed)
        listing = Listing(
            title=f"Notes that are gone: {plural(len(found.dropped), 'entry', 'entries')} dropped"
            f", {len(found.removed)} removed on purpose",
            rows=dropped_rows(items, self.now(), self.zone, self.glyphs),
            empty=found.problem or "Nothing was dropped, as far as the notes' reflog goes back.",
            actions=(KeyHint("b", "put back", "put_back"),),
            described={("dropped", each.id): described_dropped(each) for each in items},
            markable=True,
        )

        def answered(chosen: Chosen | None) -> None:
            targets = [row.target for row in chosen.rows] if chosen else []
            wanted = [each for each in targets if isinstance(each, Dropped)]
            ref = self.workspace.settings.notes_ref
            if wanted:
                self.bridge.ask(
                    lambda: put_back(git, ref, wanted, now=self.now), self._tell_put_back
                )

        self.app.push_screen(ListScreen(listing, self.deck, self.glyphs), answered)

    def _tell_put_back(self, done: PutBack) -> None:
        words = [f"Put {plural(len(done.written), 'entry', 'entries')} back"]
        if done.there:
            words.append(f"{len(done.there)} there already")
        if done.hidden:
            words.append(f"{len(done.hidden)} not written, as damage in the note would hide them")
        self.tell("; ".join(words) + ".", severe=bool(done.hidden))

    # --- Remotes

    def action_sync(self) -> None:
        """Exchange the notes with the remotes; asks before anything is sent for the first time."""
        repository = self._repository_for("s exchanges the notes with remotes: 1 goes there.")
        if repository is None:
            return
        if self._exchanging:
            self.tell("The notes are being exchanged already: wait for what it brings.")
            return
        self._sync(repository.root, frozenset())

    _exchanging = False

    def _sync(self, root: Path, agreed: frozenset[str]) -> None:
        self.tell(f"Exchanging the notes{self.glyphs.ellipsis}", lasting=True)
        self._exchanging = True
        self.bridge.ask(self._exchange(root, agreed), lambda done: self._synced(root, done))

    def not_asked(self) -> None:
        self._exchanging = False
        super().not_asked()

    def _exchange(self, root: Path, agreed: frozenset[str]) -> Callable[[], Exchanged]:
        ref = self.workspace.settings.notes_ref
        agreements = Agreements.of(self.workspace)
        return lambda: sync_all(root, ref, agreements, agreed, self.now)

    def _synced(self, root: Path, done: Exchanged) -> None:
        self._exchanging = False
        self.app.clear_notifications()
        if done.words and not done.asked:
            self.tell(" ".join(done.words), severe=done.failed)
        for asked in done.asked:
            self._ask_first_push(root, asked)

    def _ask_first_push(self, root: Path, asked: FirstPush) -> None:
        """Before anything is sent to a remote for the first time."""
        secrets = "".join(
            f"\n{self.glyphs.warning} {each.kind}: {each.where}" for each in asked.secrets
        )
        question = (
            f"Send {plural(asked.entries, 'entry', 'entries')} of {asked.ref} to {asked.url}?"
            f"{secrets}"
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._sync(root, frozenset({asked.remote}))

        self.app.push_screen(AskScreen(f"First to {asked.remote}", question, yes="send"), answered)

    def sync_quietly(self) -> None:
        """The exchange that settings ask for again and again: sends nothing for the first time."""
        for repository in self.deck.notes.repositories if self.deck else ():
            self.bridge.ask(self._exchange(repository.root, frozenset()), self._synced_quietly)

    def _synced_quietly(self, done: Exchanged) -> None:
        if done.failed:
            self.tell(" ".join(done.words), severe=True)


def dropped_rows(
    items: Sequence[Dropped], now: datetime, zone: tzinfo, glyphs: Glyphs
) -> tuple[Row, ...]:
    """What was dropped, then what was removed on purpose; below each what dropped it."""
    rows = []
    for each in items:
        part = each.part
        what = f"{part.key} on {part.branch}" if isinstance(part, Entry) else part.text
        rows.append(
            Row(
                ("dropped", each.id),
                what,
                glyph="" if each.deliberate else glyphs.warning,
                tone=Tone.DIM if each.deliberate else Tone.PLAIN,
                right=(ago(each.when, now, zone) if each.when else "",),
                target=each,
            )
        )
        why = "removed on purpose" if each.deliberate else "dropped"
        text = f"{why} by {each.by or 'somebody'}: {each.words or '(without a word)'}"
        rows.append(
            Row(("dropped", each.id, "by"), text, 1, tone=Tone.DIM, passive=True, target=each)
        )
    return tuple(rows)


def described_dropped(item: Dropped) -> Described:
    """A dropped entry in full."""
    text = item.data.decode("utf-8", "surrogateescape")
    said = (item.cause.value, str(item.when or ""), item.by, item.words)
    return Described(text, ", ".join(each for each in said if each))


def finding_rows(found: Sequence[Finding], glyphs: Glyphs) -> tuple[Row, ...]:
    """Each finding: how bad, what, where; and below it what that means."""
    rows = []
    for index, each in enumerate(found):
        rows.append(
            Row(
                ("finding", index),
                f"{each.kind.value.replace('-', ' ')}: {each.where}",
                glyph=glyphs.warning if each.severity is not Severity.NOTE else glyphs.plain,
                tone=Tone.WARNING if each.severity is Severity.HARM else Tone.PLAIN,
                right=("f mends it" if each.fix else "", each.severity.value),
                target=each,
            )
        )
        words = Row(("finding", index, "words"), each.words, 1, tone=Tone.DIM, passive=True)
        rows.append(replace(words, target=each))
    return tuple(rows)


def described_finding(finding: Finding) -> Described:
    """A finding in full."""
    fix = f"f would {finding.fix.words}" if finding.fix else ""
    return Described(finding.words, f"{finding.kind.value} {finding.where}", fix)
