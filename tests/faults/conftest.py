"""The dashboard under test, as the tests of the screen have it."""

from __future__ import annotations

from tests.screen.conftest import made, opened

__all__ = ["made", "opened"]
