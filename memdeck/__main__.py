"""Where memdeck starts: the only place that looks up from the engine to the screens.

The screens (`tui`, `widgets`, `styles`) lie beside this package in a checkout
and inside it, under `_ui`, in an installed wheel. Their names are generic, so
whichever of the two holds them is put first on the path, before anyone else's
package of such a name.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from memdeck.workspace import Workspace

INTERRUPTED: Final = 130  # As shells say it: 128 and the number of SIGINT.
UNEXPECTED: Final = 70  # sysexits.h: an internal software error


def main() -> int:
    """Run memdeck with the arguments of this process; returns the exit code."""
    try:
        from memdeck.cli.root import doing, report, run
    except KeyboardInterrupt:
        return INTERRUPTED
    arguments = sys.argv[1:]
    try:
        return run(arguments, open_screens)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("MEMDECK_DEBUG", "") not in ("", "0"):
            raise
        print(report(error, doing(arguments)), file=sys.stderr)  # noqa: T201
        return UNEXPECTED


def open_screens(workspace: Workspace, *, actor: str) -> int:
    """Open the dashboard; returns the exit code."""
    folder = str(screens_folder())
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)
    from tui.app import MemdeckApp

    app = MemdeckApp(workspace, actor=actor)
    app.run()
    return app.return_code or 0


def screens_folder() -> Path:
    """The folder that holds `tui`, `widgets` and `styles`."""
    package = Path(__file__).resolve().parent
    inside = package / "_ui"
    return inside if inside.is_dir() else package.parent


if __name__ == "__main__":
    sys.exit(main())
