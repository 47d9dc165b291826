"""How people of each language say that they decided or learned something, a module for each.

- `language` says what is known of a language and how its tables are written.
- `memdeck.triage.phrases` joins them, and `memdeck.triage.cues` looks for them in a line.
"""
