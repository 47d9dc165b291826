"""How an edit gets onto the disk, and stays whole when others write, or the machine stops.

`attempt` carries one operation through: it plans, puts, looks after and records
it. It stands on `swap` (one file in another's place, late lines brought over),
`disk` (the file and its folder, by descriptors) and `lock` (one memdeck at a
time). `recovery` settles what a crash cut short, and `rows` is how the journal
stores what was done. `store.py`, outside, says what all of this protects against.
"""
