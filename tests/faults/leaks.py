"""A workspace with what looks like a secret wherever text can stand. Made at run time, and none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import GitHelper

# Put together here, so that no file of the project holds anything of this shape.
TOKEN = "gh" + "p_" + "Zq7" * 12
"""In MEMORY.md, in a log, in the notes, in the message of a commit and in the name of a file."""
PART = "Zq7Zq7"
"""So much of it must be seen nowhere."""
KEY = "AK" + "IA" + "ABCDEFGH23456723"
KEY_PART = "ABCDEFGH"
PASSWORD = "corr3ct" + "-h0rse-battery"
LINES = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2, "Zm9yIHRlc3RzIG9ubHkgYW5kIG5vIGtl" * 2)
PEM = "\n".join(
    ["-----BEGIN " + "RSA PRIVATE KEY-----", *LINES, "eQ==", "-----END " + "RSA PRIVATE KEY-----"]
)
PARTS = (PART, KEY_PART, "h0rse-battery", "MIIEvQIB", "Zm9yIHRl")

DAY = "memory/2026-02-06.md"
MEMORY = f"""\
# Memory

## Critical Decisions

- The pier pushes with {TOKEN} at night, by the tide tables
- Two keys of iron hang in the shed

## Patterns with {TOKEN}

- The db takes password={PASSWORD} since May

```
{PEM}
```
"""
LOG = f"""\
# 2026-02-06

## Decisions

- Decided that the pier pushes with {TOKEN} at night, by the tide tables of May
- Decided to sail with {KEY} from now on
- Learned that fog comes at seven
"""


def leaky(git: GitHelper, root: Path) -> Path:
    """A workspace and its repository, with secrets in every tier."""
    git.repository(root)
    (root / "memory").mkdir()
    (root / "MEMORY.md").write_text("# Memory\n\n## Critical Decisions\n\n- Begun\n", "utf-8")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", f"Push with {TOKEN}")
    (root / "MEMORY.md").write_text(MEMORY, encoding="utf-8")
    git(root, "commit", "-qam", f"Now with {TOKEN}")
    (root / DAY).write_text(LOG, encoding="utf-8")
    (root / "memory" / f"2026-02-05-{TOKEN}.md").write_text(f"- It was {KEY}\n", "utf-8")
    for key, value in (
        ("deploy", {"token": TOKEN}),
        (f"of {KEY}", "pier"),
        ("pem", PEM),
        ("password", PASSWORD),
    ):
        entry = {"branch": "main", "timestamp": "2026-02-06T10:00:00Z", "key": key, "value": value}
        git.note(root, json.dumps(entry))
    return root


def told(text: str) -> str:
    """The first part of a secret that is in a text; empty when there is none."""
    return next((part for part in PARTS if part in text), "")
