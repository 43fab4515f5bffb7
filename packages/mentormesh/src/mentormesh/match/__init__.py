"""`mentormesh match`: try the match on a file of one's own, with no broker and no database."""

from mentormesh.match.command import match

__all__ = ["match"]
