"""What memdeck knows of a language to tell deciding and learning from the rest of a log.

To teach it another language, write a module like its neighbours and name it in
`memdeck.triage.phrases`. Start with `decided`, `learned` and the labels: they find most.

How the tables are written: phrases between blanks, in which

- `_` stands for a space, and `{a,b,}` for each of these or nothing: `we_{,all_}agreed`;
- `*` at an end of a word for any end or beginning of it: `standardi*`, `*iamo`;
- `*` by itself for some words: `made_*_the_default`.

Case, accents and vowel points do not count. Of a script without spaces between words (Chinese,
Japanese, and Korean too) a phrase may be a part of a word.

Where the phrases are from: nobody's corpus. They are what speakers say where others say `we
decided`, `from now on`, `turns out` or `next time`, tried on made logs that were written by
others than the phrases. A phrase that ordinary lines begin with as well stays out, or those lines
go to `stories`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """The phrases of one language; each field is a table."""

    name: str
    """In English."""
    decided: str
    """What decides where a sentence begins: `we decided`, `from now on`."""
    learned: str
    """What tells what was learned where a sentence begins: `turns out`, `the mistake was`."""
    decision_labels: str
    """What stands before a colon beside the titles of `memdeck.meaning`: `Agreement: ...`."""
    lesson_labels: str
    """The same of lessons: `Root cause: ...`."""
    pending: str
    """What says that nothing is decided yet."""
    leads: str = ""
    """Words before the one that says it: who did it, when, and small words."""
    and_i: str = ""
    """What makes somebody decide with the writer: `Yael and I agreed`."""
    decided_last: str = ""
    """What decides anywhere in a sentence, of languages whose verb comes last."""
    learned_last: str = ""
    """The same of what was learned."""
    decided_within: str = ""
    """What decides further on in a line, where it may as well be part of a story."""
    learned_within: str = ""
    """The same of what was learned."""
    taken: str = ""
    """What says where a sentence begins that something was taken or left. By itself it may as
    well be a parcel; with `reasons` behind it, it was a choice."""
    reasons: str = ""
    """What says why that, or what not: `because`, `instead of`."""
    us: str = ""
    """Who does something else, if a sentence begins with what is not done any more: `Instead of
    mail, we ...`. Of languages that leave the pronoun out, the ends of their verbs."""
    orders: str = ""
    """What says where a sentence begins how something is to be done, or never: a lesson."""
    stories: str = ""
    """What begins like one of these and tells only what was: `never heard back`."""
    doubt: str = ""
    """What stands before words of deciding that nobody has decided with: `asked whether`."""
    about: str = ""
    """What tells of a decision or a lesson of somebody, somewhere: `decision of`."""
    open_labels: str = ""
    """What stands before a colon of what is still to be decided: `Idea: ...`."""
