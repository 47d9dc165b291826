"""MEMORY.md, the curated tier: read, edited by people and agents, and never torn.

The modules here are the doors, and all that other packages import:

- `sections` reads the file and `likeness`, `suggest` and `preview` look at it.
- `edits` are the operations, each a pure function from bytes to the splices of `splice`.
- `store` puts an operation into the file, `journal` keeps `records` of it, `undo` takes it back.

Behind them are two rooms: `planning` works out what an edit is, on bytes alone,
and `writing` gets it onto the disk beside writers that know nothing of memdeck.
"""
