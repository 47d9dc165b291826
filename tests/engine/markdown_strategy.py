"""Generated Markdown that holds every trap that real memory files hold.

`noise()` is any bytes at all, `memory_files()` files that an agent could have
written. Import it as `from tests.engine.markdown_strategy import memory_files`.
"""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = [
    b"- ", b"  - ", b"1. ", b"* ", b"+ ", b"# ", b"## x", b"\n", b"\n", b"\n\n", b"\r\n", b"\r",
    b"---", b"***", b"===", b"```", b"~~~", b"<!-- a -->", b"<!--", b"-->", b"**b**", b"**:", b"**",
    b"*", b"_", b"`", b"| a | b |", b"|--|--|", b"text", b"  ", b"\t", b"    ", b"> ", b"\xff",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\x00", b"\x0c", b"\x1a", b"\xef\xbb\xbf", b"[ ] ", b"[x] ",
    b"<div>", b"[a]: b", b"[l](u)", b"![", b"\\", b"&amp;", b"- - ", "日".encode(), b":", b"~~",
    b"<!-- openclaw:dreaming:light:start -->", b"<!-- openclaw:dreaming:light:end -->", b"...",
]  # fmt: skip

WORDS = [
    "cache", "retry", "heartbeat", "moved", "limit", "queue", "**bold**", "`code`", "branch",
    "日本語", "确认", "straße", "שלום", "✅", "⚠️", "a|b", "→", "2026-02-04:", "[link](https://example.org)",
    "x\u0085y", "p\u2028q", "\u200bz", "\u202ee", "A", "é", "—", "<br>", "1.", "#tag",
    "*soft*", "_u_",
]  # fmt: skip
TITLES = [
    "Active Projects", "Critical Decisions", "Patterns That Work", "Patterns That Failed", "Notes",
    "Notes", "## odd", "决定", "Über uns", "1. Numbered", "`code` title", "**Bold title**", "",
    "Promoted From Short-Term Memory (2026-02-04)", "Consolidated Memory (week 5)", "a / b", "x#2",
]  # fmt: skip
COMMENTS = [
    "<!-- openclaw-memory-promotion:abc:12 -->", "<!-- importance: 7 -->",
    "<!-- a plain remark -->", "<!-- trigger: deploy -->",
]  # fmt: skip

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def noise() -> st.SearchStrategy[bytes]:
    """Any bytes, mostly those that mean something to a Markdown parser."""
    return st.one_of(
        st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(b"".join), st.binary(max_size=60)
    )


@st.composite
def bullet_lists(draw: st.DrawFn) -> list[str]:
    """A list in one style, with nesting, comments, fences and blank lines."""
    marker = draw(st.sampled_from(["-", "-", "-", "*", "+", "1.", "1)", "- [ ]", " -", "-  "]))
    step = draw(st.sampled_from([2, 3, 4]))
    loose = draw(st.booleans())
    lines: list[str] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        mark = marker.replace("1", str(number))
        if draw(st.integers(0, 4)) == 0:
            lines.append(draw(st.sampled_from(COMMENTS)))
        tail = draw(st.sampled_from(["", "", "", "  ", " <!-- importance: 7 -->", " \\"]))
        lines.append(f"{mark} {draw(words)}{tail}")
        pad = " " * max(step, len(marker.lstrip()) + 1 if marker[0] == "1" else step)
        match draw(st.integers(0, 11)):
            case 0:
                lines.append(f"{pad}{draw(words)}")
            case 1 | 2:
                lines.append(f"{pad}{marker.strip()} {draw(words)}")
            case 3:
                lines += [f"{pad}- {draw(words)}", f"{pad}  - {draw(words)}"]
            case 4:
                lines += ["", f"{pad}```", f"{pad}# not a heading", f"{pad}- no item", f"{pad}```"]
            case 5:
                lines += ["", f"{pad}{draw(words)}"]
            case 6:
                lines.append(f"{pad}<!-- trigger: nested -->")
            case 7:
                lines.append(draw(words))
            case _:
                pass
        if loose:
            lines.append("")
    return lines


@st.composite
def bodies(draw: st.DrawFn) -> list[str]:
    """What stands in a section."""
    match draw(st.integers(0, 15)):
        case 0:
            return []
        case 1:
            return ["-"]
        case 2:
            return ["- Working:", "- Failed:"]
        case 3:
            return ["- Working:", f"  - {draw(words)}", "", "- Failed:", "  -"]
        case 4:
            return ["| a | b |", "|---|---|", f"| {draw(words).replace('|', '/')} | 2 |"]
        case 5:
            return ["**Group:**", "", *draw(bullet_lists()), "", "**Other group**"]
        case 6:
            return [
                "```sh",
                "# not a heading",
                "- no item",
                "<!-- openclaw:dreaming:x:start -->",
                "```",
            ]
        case 7:
            return [
                "<!-- openclaw:dreaming:light:start -->",
                *draw(bullet_lists()),
                "<!-- openclaw:dreaming:light:end -->",
            ]
        case 8:
            return [draw(words), "", draw(words), draw(words)]
        case 9:
            return [f"> {draw(words)}", f"> - {draw(words)}"]
        case 10:
            return [*draw(bullet_lists()), "", draw(words)]
        case _:
            return draw(bullet_lists())


@st.composite
def memory_files(draw: st.DrawFn) -> bytes:
    """A MEMORY.md that an agent could have written."""
    lines: list[str] = []
    match draw(st.integers(0, 6)):
        case 0:
            lines += ["---", "title: memory", "# no heading", "---"]
        case 1:
            lines += ["", ""]
        case _:
            pass
    if draw(st.booleans()):
        lines += ["# MEMORY.md", ""]
    if draw(st.integers(0, 2)) == 0:
        lines += draw(bodies())
    for _ in range(draw(st.integers(0, 4))):
        level = draw(st.sampled_from([2, 2, 2, 3, 1]))
        if lines and draw(st.booleans()):
            lines.append("")
        lines.append(f"{'#' * level} {draw(st.sampled_from(TITLES))}")
        if draw(st.booleans()):
            lines.append("")
        lines += draw(bodies())
        if draw(st.integers(0, 5)) == 0:
            lines += draw(
                st.sampled_from(
                    [["", "---"], ["---"], ["*soft footer*", "---"], ["", "***", "---"]]
                )
            )
    match draw(st.integers(0, 6)):
        case 0:
            lines += ["", "---", "*Updated: 2026-04-02*"]
        case 1:
            lines += ["", "*Updated: 2026-04-02*", "---"]
        case 2:
            lines += ["", "```", "# left open"]
        case 3:
            lines += ["", "Last line", "==="]
        case _:
            pass
    ends = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "mixed"]))
    text = ""
    for line in lines:
        text += line + (draw(st.sampled_from(["\n", "\r\n"])) if ends == "mixed" else ends)
    data = text.encode()
    match draw(st.integers(0, 8)):
        case 0:
            data = data.rstrip(b"\r\n")
        case 1:
            data += b"\n\n\n"
        case 2:
            data = b"\xef\xbb\xbf" + data
        case 3:
            data = data.replace(b"retry", b"r\xff\xfe")
        case 4:
            data = data.replace(b"queue", b"q\x00")
        case _:
            pass
    return data
