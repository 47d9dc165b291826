"""The names of agents."""

from __future__ import annotations

import unicodedata
from typing import Final

from memdeck.errors import WrongUsage

_LENGTH: Final = 80


def agent_name(text: str) -> str:
    """The name of an agent as given; raises WrongUsage when it is none."""
    name = text.strip()
    if not name or len(name) > _LENGTH:
        raise WrongUsage(f"An agent's name has 1 to {_LENGTH} characters: give another one.")
    if any(unicodedata.category(each)[0] == "C" for each in name):
        raise WrongUsage("An agent's name holds visible characters only: give another one.")
    return name
