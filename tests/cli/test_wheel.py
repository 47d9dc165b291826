"""The built wheel, installed where there is no checkout: it carries its screens and its data."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
# As it was before any test had a home of its own: pip's settings and cache are the person's.
# A file's address, as pip splits these at spaces.
PINS = (CHECKOUT / "constraints.txt").as_uri()
OUTSIDE = {
    **os.environ,
    "PIP_CONSTRAINT": PINS,
    "PIP_BUILD_CONSTRAINT": PINS,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
}


def run(
    *command: str | Path, environment: dict[str, str], cwd: Path, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == code, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout with the pinned build tools."""
    out = tmp_path_factory.mktemp("dist")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--outdir", out, CHECKOUT),
        environment=OUTSIDE,
        cwd=out,
    )
    (found,) = out.glob("memdeck-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder / "venv", environment=OUTSIDE, cwd=folder)
    programs = folder / "venv" / "bin"
    run(
        *(programs / "python", "-m", "pip", "install", "--quiet", wheel),
        environment=OUTSIDE,
        cwd=folder,
    )
    return programs


def test_generic_names_are_carried_privately(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"memdeck", f"{wheel.name.split('-py3')[0]}.dist-info"}
    for name in (
        "memdeck/_ui/tui/app.py",
        "memdeck/_ui/widgets/__init__.py",
        "memdeck/_ui/styles/memdeck.tcss",
        "memdeck/demo_data/MEMORY.md",
        "memdeck/py.typed",
    ):
        assert name in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_it_works_outside_of_the_checkout(
    installed: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    outside = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    memdeck = installed / "memdeck"
    said = run(memdeck, "--version", environment=outside, cwd=tmp_path)
    assert said.stdout.startswith("memdeck 0.")
    run(memdeck, "demo", "made", environment=outside, cwd=tmp_path)
    said = run(memdeck, "-C", "made", "status", "--json", environment=outside, cwd=tmp_path)
    document = json.loads(said.stdout)
    assert document["branch"] == "feature/cache"
    assert document["budget"]["used"] > 0
    said = run(memdeck, "-C", "made", environment=outside, cwd=tmp_path)
    assert "2 MEMORY.md" in said.stdout
    run(memdeck, "-C", "nowhere", "status", environment=outside, cwd=tmp_path, code=4)


def test_its_screens_are_its_own(
    installed: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Another package of the name `tui`, also one in the current folder, is not taken for ours."""
    outside = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    for name in ("tui", "widgets"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('not ours')\n", "utf-8")
    script = (
        "import sys\n"
        "sys.path.insert(0, '.')\n"
        "from memdeck.__main__ import screens_folder\n"
        "assert screens_folder().name == '_ui', screens_folder()\n"
        "sys.path.insert(0, str(screens_folder()))\n"
        "import tui.app, widgets\n"
        "assert '_ui' in tui.app.__file__ and '_ui' in widgets.__file__\n"
        "from pathlib import Path\n"
        "css = Path(tui.app.__file__).parent / tui.app.MemdeckApp.CSS_PATH\n"
        "assert css.is_file(), css\n"
    )
    outside["PYTHONWARNINGS"] = "default"
    run(installed / "python", "-c", script, environment=outside, cwd=tmp_path)
