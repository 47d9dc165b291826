"""The keys that care for the notes as a whole: their health."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from memdeck.git import Git
from memdeck.model import RepositoryNotes
from memdeck.notes.doctor import examine, mend
from memdeck.notes.findings import Finding, Fix, Severity
from memdeck.text import plural
from tui.screens.ask import AskScreen
from tui.screens.listing import Chosen, Listing, ListScreen
from tui.screens.noting import WritingNotes
from widgets.bars import KeyHint
from widgets.detail import Described
from widgets.glyphs import Glyphs
from widgets.row import Row, Tone


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
