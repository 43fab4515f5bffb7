"""Routes that are compiled once a run: tests make their application anew, and werkzeug would write the same code again.

That code takes most of what an application takes to make. A suite that wants it says
`Flask.url_rule_class = CompiledOnce`.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_COMPILED: dict[Any, Callable[..., tuple[str, str]]] = {}


class CompiledOnce(Rule):
    """A rule that takes the code which builds its addresses from an equal rule before it."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        equal = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if equal not in _COMPILED:
            _COMPILED[equal] = super()._compile_builder(append_unknown)
        return _COMPILED[equal]
