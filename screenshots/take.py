"""Makes every picture of the README from the made workspace: `python screenshots/take.py`.

The clock, the home folder and the workspace are made, so that the same code
always draws the same bytes; `tests/screen/test_screenshots.py` fails when a
picture is not what the code draws.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

HERE = Path(__file__).resolve().parent

os.environ["TEXTUAL_ANIMATIONS"] = "none"
for _name in ("TEXTUAL_THEME", "NO_COLOR"):
    os.environ.pop(_name, None)
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the size of the terminal and the keys pressed before it."""

    name: str
    columns: int
    rows: int
    keys: tuple[str, ...] = ()
    """One that begins with `until:` waits until the screen says the words behind it."""
    line: str = ""
    """A log line to put the cursor on first."""


# What OpenClaw wants to find. It names the place of a missing one, and this folder's name is
# another one each time.
HARNESS_FILES = {
    "AGENTS.md": "# Agents\n\n- Read MEMORY.md first.\n- Never deploy on a Friday.\n",
    "SOUL.md": "Calm, brief, curious.\n",
    "IDENTITY.md": "atlas, the engineer of Larkbox\n",
}
_TRIES = 3000
LINE = "Warm the cache from yesterday's busiest lockers"
PICTURES = (
    Picture("dashboard-120x36", 120, 36, line="Health checks every 55 minutes"),
    Picture("dashboard-80x24", 80, 24, line="Health checks every 55 minutes"),
    Picture("promote", 120, 36, ("p",), line=LINE),
    Picture(
        *("bootstrap", 120, 30),
        keys=(
            *("b", "until:nothing is cut", "o", "until:Whose rules", "j", "enter"),
            *("until:next cut", "]", *["k"] * 7),
        ),
    ),
    Picture("pulse", 120, 30, ("4", "until:Activity", "j")),
    Picture("triage", 120, 30, ("t", "until:lines since", "j", "j")),
)


@contextmanager
def made_home() -> Iterator[Path]:
    """A home folder with the made workspace in it; the environment points there meanwhile."""
    from memdeck.demo import make_workspace

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        names = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TZ")
        before = {name: os.environ.get(name) for name in names}
        os.environ.update({name: str(home / name) for name in names[1:4]})
        os.environ.update({"HOME": str(home), "TZ": "UTC"})
        try:
            workspace = make_workspace(home / "agents" / "atlas")
            for name, text in HARNESS_FILES.items():
                (workspace / name).write_text(text, encoding="utf-8")
            yield workspace
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def said(app: App[None]) -> str:
    """What the screen says, without colours."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


async def until(pilot: Pilot[None], met: Callable[[], object]) -> None:
    """Wait for something; a picture of a screen that does not come is an error, not a wait."""
    for _ in range(_TRIES):
        if met():
            return
        await pilot.pause(0.02)
    raise TimeoutError("the screen did not come to what the picture shows")


async def take(picture: Picture, workspace: Path) -> str:
    """The picture as SVG."""
    from memdeck.demo import DEMO_NOW
    from memdeck.workspace import open_workspace
    from tui.app import MemdeckApp
    from tui.screens.main import MainScreen
    from widgets.glyphs import UNICODE

    app = MemdeckApp(open_workspace(workspace), now=lambda: DEMO_NOW, glyphs=UNICODE)
    size = (picture.columns, picture.rows)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        await until(
            pilot,
            lambda: screen.deck and screen.deck.budget and screen.deck.promoted and screen.is_live,
        )
        if picture.line:
            screen.show_line(picture.line)
        for key in picture.keys:
            if key.startswith("until:"):
                words = key.removeprefix("until:")
                await until(pilot, lambda words=words: words in said(app))
            else:
                await pilot.press(key)
        await pilot.pause()
        return app.export_screenshot(title="memdeck")


def pictures() -> dict[str, str]:
    """Every picture by its file name."""
    with made_home() as workspace:
        return {f"{each.name}.svg": asyncio.run(take(each, workspace)) for each in PICTURES}


def main() -> None:
    """Write every picture beside this file."""
    for name, svg in pictures().items():
        (HERE / name).write_text(svg, encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
