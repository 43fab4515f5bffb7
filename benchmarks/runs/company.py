"""A seeded company of mentees and mentors as matching keeps them, in one running program whose pairs start at once."""

from dataclasses import replace
from typing import Any

from benchmarks.recommendations import company
from benchmarks.recommendations.company import PROGRAM
from pymongo.database import Database

from matching import repository
from matching.domain.program import Program
from servicekit.store import Catalogue

MANAGER = "prs_cara"


def fill(database: Database[dict[str, Any]], mentees: int, mentors: int) -> None:
    """Write the company; nobody is asked to confirm a pair, so that publishing makes mentorships."""
    company.fill(database, mentors, mentees)
    catalogue = Catalogue(repository.DOCUMENTS)
    programs = database[catalogue.collection(Program)]
    held = programs.find_one({"_id": PROGRAM})
    assert held is not None
    program = replace(catalogue.entity(Program, held), confirmation="none")
    programs.replace_one({"_id": PROGRAM}, catalogue.document(program))
