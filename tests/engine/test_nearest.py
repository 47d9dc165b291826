"""Which name is meant: the nearest one, and none where nothing is near."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdeck.bootstrap.profiles import profile_named
from memdeck.errors import WrongUsage
from memdeck.nearest import nearest
from memdeck.settings import Settings, load_settings


def test_a_slip_of_the_hand_is_understood_whatever_its_case() -> None:
    assert nearest("scuot", ("mason", "scout")) == "scout"
    assert nearest("SCOUT2", ("mason", "Scout")) == "Scout"
    assert nearest("zed", ("mason", "scout")) is None
    assert nearest("zed", ()) is None


def test_where_no_name_is_near_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage) as raised:
        profile_named("foo", Settings())
    assert str(raised.value) == ("There is no profile foo. `memdeck pack --list` tells them all.")
    for text in ("xyzzy = 1\n", "[profiles.crew]\nxyzzy = 1\n"):
        (tmp_path / "memdeck.toml").write_text(text, encoding="utf-8")
        with pytest.raises(WrongUsage, match=r"there are .*Correct or remove it\.") as raised:
            load_settings(tmp_path)
        assert "nearest" not in str(raised.value)
