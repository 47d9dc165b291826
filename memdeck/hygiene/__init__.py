"""Hygiene of MEMORY.md: what could go or be mended, each with a way to do it. Suggestions only."""
