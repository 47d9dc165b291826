"""Weeks in the life of many agents, in minutes: does any of them lose its memory?

`plan` says when who wakes, `wake` is what an agent does then, `crew` starts it
as a process and kills some, `ledger` holds what the agents were told against
what is found, `plain` reads that without memdeck, `dashboard` keeps one open
beside them, `run` puts it together and `report` says how it went.
"""
