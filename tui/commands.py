"""The command palette: every key's action by name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui.keys import KEYS, Key

# Moving about by name would fill the palette and help nobody.
_NAMED = tuple(key for key in KEYS if not key.id.startswith(("list.up", "list.down", "palette")))


class MemdeckCommands(Provider):
    """Commands of the dashboard, from the table of keys."""

    async def discover(self) -> Hits:
        for key in _NAMED:
            yield DiscoveryHit(_name(key), partial(self._run, key.action), help=key.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key in _NAMED:
            name = _name(key)
            score = max(matcher.match(name), matcher.match(key.help))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(name), partial(self._run, key.action), help=key.help
                )

    async def _run(self, action: str) -> None:
        await self.screen.run_action(action)


def _name(key: Key) -> str:
    return f"{key.words.capitalize()} ({key.label})"
