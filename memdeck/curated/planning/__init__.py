"""What MEMORY.md says and what an edit of it would be: bytes in, splices out, no disk, no clock.

- Read: `outline` finds sections and items over Markdown's blocks, with `groups` for bold lines
  and `footers` for remarks; `marks` says what is odd.
- Find: `find` by title or id, `locate` by the bytes of a recorded operation, `replay` by all that
  was done.
- Plan: `placing` where a new item goes (`dates`: where the newest stands first), `removing` how
  one is taken out; `source` makes any text one item, `style` makes it look as its neighbours do.
- Prove: `proof` compares before and after, so that nothing else changed.
"""
