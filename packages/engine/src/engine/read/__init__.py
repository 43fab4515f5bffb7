"""Files to people and programs: what is wrong is said by line and column, with what to write instead."""

from engine.read.people import PeopleFile, read_people
from engine.read.program import read_program_file
from engine.read.refusals import InputRefused, Remark

__all__ = ["InputRefused", "PeopleFile", "Remark", "read_people", "read_program_file"]
