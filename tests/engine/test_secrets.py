"""What looks like a password or a key, and what only looks long. All made at run time."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memdeck.secrets import find_secrets, masked, secrets_in

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

    text = ("https://ada:" + "x" * 50 + " eyJ" + "a" * 80 + ". ") * 5_000
    begun = time.perf_counter()
    find_secrets(text)
    assert time.perf_counter() - begun < 2
