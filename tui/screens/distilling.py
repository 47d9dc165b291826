"""The key that has a text made shorter by the operator's own program."""

from __future__ import annotations

from collections.abc import Callable

from memdeck.distil import distiller
from memdeck.errors import Unusable, WrongUsage
from memdeck.limits import LONGEST_TEXT
from memdeck.text import plural
from tui.screens.distil import Distilled, DistilScreen
from tui.screens.moving import Moving
from widgets.fields import TextField


class Distilling(Moving):
    """The board with what its inline edit and its dialogs need to propose a shorter text."""

    def action_distil(self) -> None:
        """Have the text of the inline edit made shorter."""
        fields = self.query(TextField)
        if not fields:
            self.tell("ctrl+t makes a text shorter while it is edited: e edits an item.")
        for field in fields:
            if field.text.strip():
                self.distil(field.text, field.fill)

    def distil(self, text: str, accept: Callable[[str], None]) -> None:
        """Let the operator's program propose a shorter text; `accept` is called if it is taken."""
        settings = self.workspace.settings
        try:
            program = distiller(settings)
        except WrongUsage as error:
            self.tell(str(error))
            return

        def run(text: str, stop: Callable[[], bool], answer: Callable[[Distilled], None]) -> None:
            def job() -> Distilled:
                try:
                    return Distilled(program.run(text, stop))
                except Unusable as error:
                    return Distilled(problem=str(error))

            self.bridge.aside(job, answer)

        def answered(shorter: str | None) -> None:
            if shorter is not None:
                accept(shorter)

        self.app.push_screen(
            DistilScreen(text, program.name, run, self.bridge.count, self.glyphs), answered
        )

    def is_too_long(self, *texts: str) -> bool:
        """Whether one of these is too long for a field; then it is said."""
        longest = max(map(len, texts), default=0)
        if longest > LONGEST_TEXT:
            self.tell(
                f"This is {plural(longest, 'character')} long, so nothing was opened: E opens the "
                "file in an editor, where it can be made shorter.",
                severe=True,
            )
        return longest > LONGEST_TEXT
