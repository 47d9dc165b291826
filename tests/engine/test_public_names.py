"""The names that programs import from memdeck: all there, all light until they are used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import memdeck

INIT = Path(memdeck.__file__)


@pytest.mark.parametrize("name", memdeck.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(memdeck, name) is not None
    assert name in dir(memdeck)


def test_the_table_of_homes_and_what_type_checkers_read_agree() -> None:
    checked: dict[str, str] = {}
    for node in ast.walk(ast.parse(INIT.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("memdeck."):
            module = (node.module or "").removeprefix("memdeck.")
            checked.update({each.name: module for each in node.names})
    assert checked == memdeck._HOMES
    assert set(memdeck.__all__) == {*checked, "__version__"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_wrkspace'"):
        memdeck.open_wrkspace  # noqa: B018


def test_importing_memdeck_loads_none_of_its_modules() -> None:
    script = (
        "import sys, memdeck\n"
        "assert not [name for name in sys.modules if name.startswith('memdeck.')]\n"
        "assert 'importlib.metadata' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=INIT.parents[1])


def test_the_package_says_that_it_is_typed() -> None:
    assert (INIT.parent / "py.typed").is_file()
