"""What MEMORY.md was: its versions in git and in the journal, and where its items come from.

- `versions` lists them, `contents` has their bytes and differences.
- `changes` compares two by items and by lines.
- `past` and `lineage` follow one item, or one line of a log, through all of it.
- `commits` is what git is asked.

Nothing here writes: restoring is an operation of `memdeck.curated.restoring`.
"""
