"""A dashboard under test: the made workspace, a fixed clock, toasts on."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

os.environ["TEXTUAL_ANIMATIONS"] = "none"
for _name in ("TEXTUAL_THEME", "NO_COLOR"):
    os.environ.pop(_name, None)

from textual.pilot import Pilot  # noqa: E402 - after the environment is what pictures need

from memdeck.demo import DEMO_NOW, make_workspace  # noqa: E402
from memdeck.workspace import open_workspace  # noqa: E402
from tui.app import MemdeckApp  # noqa: E402
from tui.screens.main import MainScreen  # noqa: E402
from widgets.glyphs import UNICODE  # noqa: E402

WIDE = (120, 36)
NARROW = (80, 24)


class Dashboard:
    """The app with a pilot, and words for what a person sees and does."""

    def __init__(self, app: MemdeckApp, pilot: Pilot[None], said: list[str]) -> None:
        self.app = app
        self.pilot = pilot
        self.said = said

    @property
    def screen(self) -> MainScreen:
        return next(each for each in self.app.screen_stack if isinstance(each, MainScreen))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, met: Callable[[], object], seconds: float = 10) -> None:
        """Wait for something; fails when it does not come."""
        for _ in range(int(seconds * 50)):
            if met():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"did not come; toasts: {self.said}; the screen:\n{self.text}")

    async def ready(self) -> None:
        """Wait until everything has been read and counted."""
        await self.until(lambda: self.screen.deck and self.screen.deck.budget)
        await self.until(lambda: self.screen.deck.changes)

    @property
    def text(self) -> str:
        """The screen as a person sees it, without colours."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in lines)

    def row_texts(self, number: int) -> list[str]:
        """What the rows of a pane say."""
        return [row.text for row in self.screen.pane(number).list.rows]

    @property
    def current(self) -> str:
        """What the row under the cursor of the active pane says."""
        row = self.screen.active.list.current
        return row.text if row else ""

    def toasts(self) -> list[str]:
        """What toasts have said so far."""
        return self.said

    async def to(self, number: int, text: str) -> None:
        """Put the cursor of a pane on the first row that holds `text`."""
        await self.press(str(number))
        assert self.screen.pane(number).reveal_text(text), text
        await self.pilot.pause()


def recording(app: MemdeckApp) -> list[str]:
    """What the app's toasts will say from now on."""
    said: list[str] = []
    notify = app.notify

    def notify_and_record(message: str, **options: Any) -> None:
        said.append(message)
        notify(message, **options)

    app.notify = notify_and_record  # type: ignore[method-assign,assignment]
    return said


Opening = Callable[..., AbstractAsyncContextManager[Dashboard]]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The made workspace."""
    return make_workspace(tmp_path / "atlas")


@pytest.fixture
def opened() -> Opening:
    """`async with opened(path, size=WIDE, now=...) as dashboard` runs the app on a workspace."""

    @asynccontextmanager
    async def run(
        path: Path, size: tuple[int, int] = WIDE, now: Callable[[], datetime] = lambda: DEMO_NOW
    ) -> AsyncIterator[Dashboard]:
        app = MemdeckApp(open_workspace(path), now=now, glyphs=UNICODE)
        said = recording(app)
        async with app.run_test(size=size, notifications=True) as pilot:
            dashboard = Dashboard(app, pilot, said)
            await dashboard.ready()
            yield dashboard

    return run


__all__ = ["Awaitable", "Dashboard", "Opening"]
