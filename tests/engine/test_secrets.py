"""What looks like a password or a key, and what only looks long. All made at run time."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.demo import make_workspace
from memdeck.secrets import covered, find_secrets, masked, secrets_in

LETTERS = string.ascii_letters + string.digits


def made(length: int, alphabet: str = LETTERS) -> str:
    """So many characters that no issuer made."""
    return "".join(alphabet[(7 * each + 3) % len(alphabet)] for each in range(length))


# Put together here, so that no file of the project holds anything of this shape.
LOOK_ALIKES = {
    "GitHub token": ["gh" + "p_" + made(36), "github" + "_pat_" + made(22) + "_" + made(59)],
    "GitLab token": ["gl" + "pat-" + made(20)],
    "AWS access key": ["AK" + "IA" + made(16, "ABCDEFGH234567")],
    "Anthropic key": ["sk-" + "ant-" + "api03-" + made(90)],
    "OpenAI key": ["sk-" + "proj-" + made(60), "sk" + "-" + made(48)],
    "Slack token": ["xox" + "b-" + "1234567890-" + made(24)],
    "Slack webhook": ["https://hooks." + "slack.com/services/T00/B00/" + made(24)],
    "Discord webhook": ["https://discord" + ".com/api/webhooks/123456789012345678/" + made(68)],
    "Telegram bot token": ["123456789" + ":AA" + made(33)],
    "Google API key": ["AI" + "za" + made(35)],
    "Google OAuth secret": ["GOC" + "SPX-" + made(28), "ya" + "29." + made(60)],
    "Stripe key": ["sk" + "_live_" + made(24), "wh" + "sec_" + made(32)],
    "npm token": ["np" + "m_" + made(36)],
    "PyPI token": ["py" + "pi-AgE" + made(80)],
    "Hugging Face token": ["h" + "f_" + made(34)],
    "SendGrid key": ["S" + "G." + made(22) + "." + made(43)],
    "Twilio key": ["S" + "K" + made(32, "0123456789abcdef")],
    "DigitalOcean token": ["do" + "p_v1_" + made(64, "0123456789abcdef")],
    "Shopify token": ["sh" + "pat_" + made(32, "0123456789abcdef")],
    "Vault token": ["hv" + "s." + made(30)],
    "age key": ["AGE-SECRET" + "-KEY-1" + made(58, string.ascii_uppercase)],
    "signed web token": ["ey" + "J" + made(20) + ".ey" + "J" + made(40) + "." + made(43)],
    "private key": ["-----BEGIN " + "OPENSSH PRIVATE" + " KEY-----"],
    "password in an address": ["postgres://" + "ada:" + made(12) + "@db.example/deck"],
}
EXAMPLES = [(kind, text) for kind, texts in LOOK_ALIKES.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[f"{kind}" for kind, _ in EXAMPLES])
@pytest.mark.parametrize("around", ["{}", "key={}", '"{}"', "a\n{}\n", "({}).", "é{}"])
def test_each_kind_is_found_wherever_it_stands(kind: str, text: str, around: str) -> None:
    whole = around.format(text)
    (found,) = find_secrets(whole)
    assert found.kind == kind
    assert found.start == whole.index(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain words about a token",
        made(40, "0123456789abcdef"),
        "sk-learn and sk-image",
        "sketch-" + made(30),
        "x" + "gh" + "p_" + made(36),
        "risk-" + made(48),
        "AK" + "IA and ASIA",
        "https://example.com/ada:notes/x",
        "https://ada@example.com",
        "postgres://ada:" + "$PASSWORD@db.example",
        "postgres://ada:" + "<password>@db.example",
        "https://example.com:8080/@ada",
        "npm_config_registry",
        "hf_transfer",
        "2031-01-01T00:00:00Z",
        "a" * 100_000,
    ],
)
def test_what_only_looks_long_is_left_alone(text: str) -> None:
    assert find_secrets(text) == ()
    assert masked(text) == text


VALUE = "hunter" + "2hunter" + "2"
NAMED = [
    "password: {}", "**Password:** {}", "Password = `{}`", 'DB_PASSWORD="{}"',
    "export DB_PASSWD={}", "api_key = '{}'", "API-KEY: {}", '"password": "{}"', "dbPassword: {}",
    "passphrase={}",
    'client_secret = "{}"', '{{"token": "{}"}}', "- password: {}, valid until May",
]  # fmt: skip


@pytest.mark.parametrize("written", NAMED)
def test_what_is_given_the_name_of_a_secret_is_one(written: str) -> None:
    text = f"Logged in.\n{written.format(VALUE)}\nDone."
    (found,) = find_secrets(text)
    assert found.kind == "password or key"
    assert VALUE in text[found.start : found.end]
    for hidden in (masked(text), covered(text)):
        assert VALUE[4:] not in hidden
        assert find_secrets(hidden) == ()


@pytest.mark.parametrize(
    "text",
    [
        "the password: ask Nadia",
        "Password: unchanged since May, and never written down",
        "password: correct-horse-battery",
        "The token: cl100k_base, and token: gpt-4o-mini-2026",
        "secret: harbour-tls-2026",
        '"NextToken": "' + made(60) + '"',
        "max_tokens = 150000000",
        "tokens: 11204 of 15000",
        "password=xxxxxxxxxx1",
        "password=CHANGE-ME-1",
        "password: <your-password-1>",
        "DB_PASSWORD=${DB_PASSWORD_2}",
        "DB_PASSWORD=$PASSWORD1234",
        "DB_PASSWORD=DB_PASSWORD_2",
        'password = "changeme"',
        "password: ********12",
        "api_key = os.environ.get('KEY_1')",
        "api_key: your-api-key-1",
        "api_key: https://example.com/keys/1",
        "token: 2026-02-06T14:00:00Z",
        "password_hash: 5f4dcc3b5aa765d61d8327deb882cf99",
        "secret: 12 lamps",
        "arn:aws:secretsmanager:eu:1:secret:" + made(30),
        "Passwords: rotated 3 times, see vault/harbour-2",
    ],
)
def test_a_placeholder_or_plain_words_are_none(text: str) -> None:
    assert find_secrets(text) == ()


def test_a_field_of_a_note_says_what_its_text_is() -> None:
    assert secrets_in({"user": "ada", "password": VALUE}) == ("password or key",)
    assert secrets_in({"user": VALUE, "next": ["password", VALUE]}) == ()


def test_an_issued_key_under_such_a_name_is_told_once_by_its_issuer() -> None:
    token = LOOK_ALIKES["GitHub token"][0]
    assert [each.kind for each in find_secrets(f"api_key = {token}")] == ["GitHub token"]


def test_the_made_workspace_holds_none(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "atlas")
    texts = [each.read_text("utf-8", "replace") for each in root.rglob("*.md")]
    assert len(texts) > 5
    assert [find_secrets(text) for text in texts] == [()] * len(texts)


def test_a_secret_is_covered_but_for_its_beginning() -> None:
    token = LOOK_ALIKES["GitHub token"][0]
    assert masked(f"use {token} here, or {token}") == (
        f"use {token[:4]}…(GitHub token) here, or {token[:4]}…(GitHub token)"
    )


@pytest.mark.parametrize(
    "place",
    [
        lambda text: text,
        lambda text: [1, [None, text]],
        lambda text: {"a": {"b": ["x", text]}},
        lambda text: {text: 1},
        lambda text: f"first\n{text}",
    ],
)
def test_values_are_looked_through_to_the_last_text(place: Any) -> None:
    assert secrets_in(place(LOOK_ALIKES["npm token"][0])) == ("npm token",)
    assert secrets_in(place("words")) == ()


def test_kinds_are_told_once_in_the_order_of_the_value() -> None:
    npm, slack = LOOK_ALIKES["npm token"][0], LOOK_ALIKES["Slack token"][0]
    assert secrets_in([slack, {"x": npm}, npm, slack]) == ("Slack token", "npm token")


@given(st.text(), st.sampled_from(EXAMPLES), st.text())
def test_a_masked_text_holds_no_secret_any_more(
    before: str, example: tuple[str, str], after: str
) -> None:
    text = f"{before} {example[1]} {after}"
    assert example[1] not in masked(text)


def test_a_long_text_takes_no_long_time() -> None:
    import time

    text = ("https://ada:" + "x" * 50 + " eyJ" + "a" * 80 + ". pass-word password: a ") * 5_000
    begun = time.perf_counter()
    find_secrets(text)
    assert time.perf_counter() - begun < 2
