"""The match of a program: starting runs, watching them, looking over their pairs, comparing and publishing."""

from portal.pages.runs import comparing, course, pairs, publishing, questions, starting
from portal.pages.runs.blueprint import blueprint

__all__ = ["blueprint", "comparing", "course", "pairs", "publishing", "questions", "starting"]
