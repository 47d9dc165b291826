"""How an edit gets onto the disk, and stays whole when others write, or the machine stops.

`attempt` carries one operation through: it plans, puts, looks after and records
it. It stands on `swap` (one file in another's place, and back), `late` (what
others add to a displaced file), `disk` (the file and its folder, by descriptors), `names` (what
is called what beside it), `lease` and `exchange` (the two services of the kernel that make it
safe) and `lock` (one memdeck at a time). `recovery` settles what a crash cut
short, and `rows` is how the journal stores what was done. `store.py`, outside,
says what all of this protects against.
"""
