"""The environment that git is started in: what it is told, and what it is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_CONFIGURATION: Final = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.attributesFile": "/dev/null",
    "diff.external": "",
    "protocol.allow": "never",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "commit.gpgSign": "false",
    "log.showSignature": "false",
}


def _safe_environment() -> dict[str, str]:
    settings = {
        "GIT_CONFIG_COUNT": str(len(_CONFIGURATION)),
        # A repository's `protocol.ext.allow = always` is more specific than
        # `protocol.allow` and would win over it; over this it does not.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "false",
        "LC_ALL": "C",
        "LANGUAGE": "C",
    }
    for number, (name, value) in enumerate(_CONFIGURATION.items()):
        settings[f"GIT_CONFIG_KEY_{number}"] = name
        settings[f"GIT_CONFIG_VALUE_{number}"] = value
    return settings


SAFE_ENVIRONMENT: Final[Mapping[str, str]] = _safe_environment()

# Of the person's own `GIT_*` variables these reach git: where their
# configuration is, who they are, how far up to look for a repository, and how
# to reach a remote. All others are taken out: they would send git to another
# repository, another index or another set of objects than the folder's own.
KEPT: Final = re.compile(
    r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|EXEC_PATH"
    r"|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT"
    r"|SSL_\w+|HTTP_\w+|PYTHON_\w+)"
)
