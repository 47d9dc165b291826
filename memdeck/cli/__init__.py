"""The command line: the dashboard's headless twin, over the same engine.

stdout is data, stderr is narration. Importing this package costs nothing;
`memdeck.cli.root` holds the command that everything hangs on.
"""
