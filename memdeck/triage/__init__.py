"""What of the logs may be worth keeping: candidates for MEMORY.md, ranked, with what was chosen."""
