"""Finds what looks like a password or a key in text: by how its issuer makes them begin, or by
the name that it is given (`DB_PASSWORD=...`).

Only shapes with a prefix or a name of their own count, so that ids, hashes and
ordinary long words are left alone: what is reported is worth a look. Other
secrets are not found; that nothing is found proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from memdeck.errors import Refused
from memdeck.model import JsonValue
from memdeck.text import show

_KEY: Final = "private key"
_KEY_BEGINS: Final = "PRIVATE KEY"
_BETWEEN: Final = r"(?:\\[nr]|[\s>\"',+|␊␍]|-(?!-)){0,80}"
"""What stands between two lines of a key: in a list, in a quotation, as a string of a program.

No quantifier here is possessive: Python 3.11 may take what such a group tried in vain for matched.
"""
_PATTERNS: Final = {
    # With its body, which is the secret: also in one line, with its line ends written out. All
    # behind the first line is optional, so that nothing is ever tried in another way.
    _KEY: (
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:{_BETWEEN}(?:(?:Proc-Type|DEK-Info|Comment|Version): [^\n\\]*"
        r"|[A-Za-z0-9/=][A-Za-z0-9+/=]{15,}))*"
        rf"(?:{_BETWEEN}[A-Za-z0-9+/=]{{0,15}}{_BETWEEN}"
        r"-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----)?"
    ),
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
_HINTS: Final = (
    *(_KEY_BEGINS, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-"),
    *("glrt-", "glptt-", "glcbt-", "glsoat-", "AKIA", "ASIA", "sk-", "xox", "xapp-", "hooks.slack"),
    *("discord", ":AA", "AIza", "GOCSPX-", "ya29.", "k_live_", "k_test_", "whsec_", "npm_"),
    *("pypi-AgE", "hf_", "SG.", "SK", "_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "hvb."),
    *("hvs.", "AGE-SECRET-KEY-", "eyJ", "://"),
)
"""One of them is in whatever has one of these shapes: most lines have none, and cost no more."""
_NAMED_HINTS: Final = ("pass", "key", "secret", "token")
ASSIGNED: Final = "password or key"
"""The kind of what only its name tells."""
_ASSIGNED: Final = (
    r"(?<![A-Za-z0-9_-])(?P<whose>[A-Za-z0-9_-]{0,40}?)"
    r"(?P<name>pass(?:word|wd|phrase|code)|(?:api|secret|access|private|auth)[_-]?key"
    r"|(?P<vague>secret|token))"
    r"[\"'`*_]{0,3}[ \t]{0,3}(?P<sign>:=|=>|[:=])[*_]{0,2}[ \t]{0,3}(?P<quote>[\"'`]?)"
    r"(?P<value>[^\s\"'`,;<>{}()\[\]|…]{8,200})(?=[\s\"'`,;|]|\Z)"
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
_COLOURS: Final = re.compile(r"[\x1b␛]\[[0-9;]*[A-Za-z]")
# `\n`, `\t` and `%3D` as they are written in JSON, in a program and in an address end a word, too.
_BEFORE: Final = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
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
    if "[" in text:
        # A colour ends with a letter, which would stand right before the secret.
        text = _COLOURS.sub(lambda found: " " * len(found[0]), text)
    issued: list[Secret] = []
    if any(each in text for each in _HINTS):
        issued = [
            Secret(_NAMES[(found.lastindex or 1) - 1], found.start(), found.end())
            for found in _issued_pattern().finditer(text)
        ]
    lowered = text.lower()
    if not any(each in lowered for each in _NAMED_HINTS):
        return tuple(issued)
    if '"value"' in text:
        issued += _entries(text, tuple(issued))
    named = [
        Secret(ASSIGNED, found.start(), found.end())
        for found in _assigned_pattern().finditer(text)
        if _is_secret(found)
        and not any(each.start < found.end() and found.start() < each.end for each in issued)
    ]
    return tuple(sorted((*issued, *named), key=lambda each: each.start))


def _entries(text: str, found: Sequence[Secret]) -> Iterator[Secret]:
    """Values of the notes, as they are written there, that only their keys tell of."""
    for entry in _entry_pattern().finditer(text):
        start, end = entry.span("value")
        known = any(each.start < end and start < each.end for each in found)
        named = _assigned_pattern().match(f'{entry["key"]}="{entry["value"]}"')
        if not known and named is not None and _is_secret(named):
            yield Secret(ASSIGNED, start, end)


@cache
def _entry_pattern() -> re.Pattern[str]:
    return re.compile(
        r'"key"[ \t]{0,3}:[ \t]{0,3}"(?P<key>[^"\n]{1,80})"[^{}\n]{0,200}?'
        r'"value"[ \t]{0,3}:[ \t]{0,3}"(?P<value>[^"\n]{8,200})"'
    )


@cache
def _issued_pattern() -> re.Pattern[str]:
    """All shapes as one, made when a text first needs it: that takes some milliseconds."""
    shapes = "|".join(f"({each})" for each in _PATTERNS.values())
    return re.compile(rf"{_BEFORE}(?:{shapes})")


@cache
def _assigned_pattern() -> re.Pattern[str]:
    return re.compile(_ASSIGNED, re.IGNORECASE)


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


class HoldsSecret(Refused):
    """What was to be written looks like a secret: it is, once somebody says that it is meant."""

    def __init__(self, kinds: Sequence[str], which: str, why: str) -> None:
        self.kinds: Final = ", ".join(dict.fromkeys(kinds))
        """What it seems to be, in words. The secret itself is never quoted."""
        super().__init__(
            f"{which} holds what looks like a secret ({self.kinds}), and {why}, so nothing was "
            "written: take it out, or say that it is meant (--allow-secret)."
        )


def refuse_secrets(texts: Sequence[str], before: str = "") -> None:
    """Raise HoldsSecret for the first text of MEMORY.md with a secret which `before` has not."""
    known = {before[each.start : each.end] for each in find_secrets(before)}
    for number, text in enumerate(texts, start=1):
        kinds = [
            each.kind for each in find_secrets(text) if text[each.start : each.end] not in known
        ]
        if kinds:
            which = f"Text {number} of {len(texts)}" if len(texts) > 1 else "The text"
            raise HoldsSecret(kinds, which, "every session reads MEMORY.md")


def refuse_secrets_in(value: JsonValue) -> None:
    """The same for an entry of the notes: its key, its value, what else it holds."""
    if kinds := secrets_in(value):
        raise HoldsSecret(kinds, "The entry", "notes travel with the repository")


def hidden_if_named(name: str, text: str) -> str:
    """What a field holds; only its kind where the field's name alone tells that it is a secret."""
    return f"({ASSIGNED})" if named_secret(name, text) else text


def named_secret(name: str, text: str) -> bool:
    """Whether only its name tells that a text is a secret: `api_key`, with anything in it."""
    lowered = name.lower()
    if not any(each in lowered for each in _NAMED_HINTS) or find_secrets(text):
        return False
    said = text.strip('"')
    return any(each.kind == ASSIGNED for each in find_secrets(f'{name}="{said}"'))


def on_screen(text: str, *, multiline: bool = False) -> str:
    """What a screen draws of a text from disk: secrets masked, and the rest made safe to show."""
    return show(masked(text), multiline=multiline)


def without_keys(lines: Sequence[str]) -> list[str]:
    """The lines as they are, but for those of a private key that only the line above tells of."""
    if not any(_KEY_BEGINS in line for line in lines):
        return list(lines)
    keys = [(each.start, each.end) for each in find_secrets("\n".join(lines)) if each.kind == _KEY]
    shown = []
    at = 0
    for line in lines:
        inside = any(start < at < end for start, end in keys)
        shown.append(f"…({_KEY})" if inside else line)
        at += len(line) + 1
    return shown


def starred(text: str) -> str:
    """The text with an asterisk for each character of a secret but the first: as long as it was.

    For a field, in which the text itself stays as it is and a cursor counts characters.
    """
    for each in find_secrets(text):
        start = each.start + _SHOWN
        stars = "".join("*" if one.isprintable() else one for one in text[start : each.end])
        text = f"{text[:start]}{stars}{text[each.end :]}"
    return text


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
        whole = {covered(name): _covered_field(name, inner) for name, inner in value.items()}
        key, held = value.get("key"), value.get("value")
        if isinstance(key, str) and isinstance(held, str) and named_secret(key, held):
            # An entry of the notes.
            whole["value"] = f"({ASSIGNED})"
        return whole
    if isinstance(value, list | tuple):
        return [covered_value(each) for each in value]
    return value


def _covered_field(name: str, value: Any) -> Any:
    if isinstance(value, str) and named_secret(name, value):
        return f"({ASSIGNED})"
    return covered_value(value)


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
