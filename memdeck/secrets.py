"""Finds what looks like a password or a key in text: by how its issuer makes them begin, or by
the name that it is given (`DB_PASSWORD=...`).

Only shapes with a prefix or a name of their own count, so that ids, hashes and
ordinary long words are left alone: what is reported is worth a look. Other
secrets are not found; that nothing is found proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from memdeck.model import JsonValue

_PATTERNS: Final = {
    "private key": r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    "GitHub token": r"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{36,})",
    "GitLab token": r"gl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_-]{20,}",
    "AWS access key": r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    "Anthropic key": r"sk-ant-[A-Za-z0-9_-]{24,}",
    "OpenAI key": r"sk-(?:(?:proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{24,}|[A-Za-z0-9]{40,})",
    "Slack token": r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{20,}",
    "Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{30,}",
    "Discord webhook": r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{15,}/[\w-]{40,}",
    "Telegram bot token": r"\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])",
    "Google API key": r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
    "Google OAuth secret": r"(?:GOCSPX-[A-Za-z0-9_-]{20,}|ya29\.[A-Za-z0-9_-]{30,})",
    "Stripe key": r"(?:[rs]k_(?:live|test)_[A-Za-z0-9]{20,}|whsec_[A-Za-z0-9+/=]{30,})",
    "npm token": r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
    "PyPI token": r"pypi-AgE[A-Za-z0-9_-]{50,}",
    "Hugging Face token": r"hf_[A-Za-z0-9]{30,}",
    "SendGrid key": r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}",
    "Twilio key": r"SK[0-9a-f]{32}(?![A-Za-z0-9])",
    "DigitalOcean token": r"do[opr]_v1_[0-9a-f]{64}",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}",
    "Vault token": r"hv[bs]\.[A-Za-z0-9_-]{24,}",
    "age key": r"AGE-SECRET-KEY-1[0-9A-Z]{40,}",
    "signed web token": r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    # `$NAME`, `<name>`, `{name}` and asterisks stand for a password, they are none.
    "password in an address": (
        r"(?:https?|ftps?|ssh|postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?)"
        r"://[^\s:/@]{0,100}:(?![$<{*\[])[^\s:/@]{5,200}@[A-Za-z0-9\[]"
    ),
}
_NAMES: Final = tuple(_PATTERNS)
_ANY: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?:" + "|".join(f"({each})" for each in _PATTERNS.values()) + ")"
)
ASSIGNED: Final = "password or key"
"""The kind of what only its name tells."""
_ASSIGNED: Final = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<whose>[A-Za-z0-9_-]{0,40}?)"
    r"(?P<name>pass(?:word|wd|phrase|code)|(?:api|secret|access|private|auth)[_-]?key"
    r"|(?P<vague>secret|token))"
    r"[\"'`*_]{0,3}[ \t]{0,3}(?P<sign>:=|=>|[:=])[*_]{0,2}[ \t]{0,3}(?P<quote>[\"'`]?)"
    r"(?P<value>[^\s\"'`,;<>{}()\[\]|…]{8,200})(?=[\s\"'`,;|]|\Z)",
    re.IGNORECASE,
)
_STANDS_FOR_ONE: Final = re.compile(
    r"[$%@&*~].*|.*(?i:x{3,}|\*{3,}|\.{3,}|your|example|placeholder|redacted|change[_-]?me|dummy"
    r"|sample|hidden|masked|removed|insert).*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
    r"|\d{4}-\d\d-\d\d.*|\w+://.*|[\w-]+(?:\.[\w-]+){2,}",
    re.DOTALL,
)
"""`$NAME`, `your-key-here`, `DB_PASSWORD`, a date, an address and `os.environ.get` are none."""
_WHOSE: Final = frozenset(
    ("", "access", "admin", "api", "app", "auth", "bearer", "bot", "client", "refresh", "user")
)
"""Whose token or secret it may be: a `next_token` turns a page."""
_LONG: Final = 20
_SHOWN: Final = 4
_NEW_LINE: Final = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Secret:
    """Where something that looks like a secret stands in a text. It does not hold it."""

    kind: str
    """What it seems to be, in words: `GitHub token`."""
    start: int
    end: int


def find_secrets(text: str) -> tuple[Secret, ...]:
    """What looks like a secret in a text, in its order."""
    issued = [
        Secret(_NAMES[(found.lastindex or 1) - 1], found.start(), found.end())
        for found in _ANY.finditer(text)
    ]
    named = [
        Secret(ASSIGNED, found.start(), found.end())
        for found in _ASSIGNED.finditer(text)
        if _is_secret(found)
        and not any(each.start < found.end() and found.start() < each.end for each in issued)
    ]
    return tuple(sorted((*issued, *named), key=lambda each: each.start)) if named else (*issued,)


def _is_secret(found: re.Match[str]) -> bool:
    """Whether what is assigned to such a name is a value, and no placeholder and no plain words."""
    value = found["value"]
    if _STANDS_FOR_ONE.fullmatch(value):
        return False
    if found["vague"] and found["whose"].strip("_-").lower() not in _WHOSE:
        return False
    if found["vague"] and found["sign"] == ":" and found.start("value") == found.end("sign"):
        return False  # `arn:aws:secret:name`.
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    if found["vague"] and not found["quote"]:
        # `token: cl100k_base`, `secret: harbour-tls-2026` are names.
        mixed = value.lower() != value != value.upper() or value.isalnum()
        return letters and digits and len(value) >= _LONG and mixed
    # Behind a colon words go on: `password: unchanged since May`.
    return digits and letters if not found["quote"] and ":" in found["sign"] else letters or digits


def masked(text: str) -> str:
    """The text with all but the first characters of each secret covered, for previews."""
    shown = []
    at = 0
    for each in find_secrets(text):
        shown.append(f"{text[at : each.start + _SHOWN]}…({each.kind})")
        at = each.end
    return "".join((*shown, text[at:]))


def covered(text: str) -> str:
    """The text with nothing left of what looks like a secret but its kind."""
    shown = []
    at = 0
    for each in find_secrets(text):
        shown.append(f"{text[at : each.start]}({each.kind})")
        at = each.end
    return "".join((*shown, text[at:]))


def described(text: str) -> str:
    """The same for a difference, in which `covered` may be what is written: with its length.

    So `[AWS access key, 20 characters]` stands for a secret, and `(AWS access key)` for itself.
    """
    shown = []
    at = 0
    for each in find_secrets(text):
        shown.append(f"{text[at : each.start]}[{each.kind}, {each.end - each.start} characters]")
        at = each.end
    return "".join((*shown, text[at:]))


def covered_value(value: Any) -> Any:
    """A JSON value with every text in it covered, also one that its field's name tells of."""
    if isinstance(value, str):
        return covered(value)
    if isinstance(value, dict):
        return {covered(name): _covered_field(name, inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [covered_value(each) for each in value]
    return value


def _covered_field(name: str, value: Any) -> Any:
    text = covered_value(value)
    if isinstance(value, str) and text == value and find_secrets(f'{name}="{value}"'):
        return f"({ASSIGNED})"
    return text


def secret_lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines that hold secrets, counted from 1, with the kinds of these."""
    by_line: dict[int, list[str]] = {}
    line, at = 1, 0
    for each in find_secrets(text):
        line += len(_NEW_LINE.findall(text, at, each.start))
        at = each.start
        by_line.setdefault(line, []).append(each.kind)
    for line, kinds in by_line.items():
        yield line, tuple(dict.fromkeys(kinds))


def secrets_in(value: JsonValue) -> tuple[str, ...]:
    """The kinds of secrets in any text of a JSON value, names of fields too; each once."""
    kinds = (each.kind for text in _texts(value) for each in find_secrets(text))
    return tuple(dict.fromkeys(kinds))


def _texts(value: JsonValue) -> Iterator[str]:
    """Every text in a value, without recursion."""
    left: list[JsonValue] = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield from each
            # A field says what its text is, as in `password: ...`.
            left += [
                f'{name}="{inner}"' if isinstance(inner, str) else inner
                for name, inner in reversed(each.items())
            ]
        elif isinstance(each, list | tuple):
            left += reversed(each)
