"""The absolute rules, asked of one mentee and one mentor at a time, in the order in which they are published."""

from engine.check.people import People, Person
from engine.check.program import Program
from engine.check.scores import Score, Scores

RULES = (
    "shared_language",
    "max_time_zone_hours",
    "meet",
    "opted_out",
    "reporting_line",
    "avoid",
    "capacity",
    "floor",
    "min_level_gap",
    "forbidden",
    "oneself",
)
# A sum of five products may be taken in another order: a score this close below the floor is at the floor.
ROUNDING = 1e-9
# Scores are told apart to six decimals: of two directions closer than that, but not equal, either may stand.
RESOLUTION = 1e-6
DAY = 24 * 3600


class Rules:
    """The rules of one program over one set of people."""

    def __init__(self, people: People, program: Program) -> None:
        self.people = people
        self.program = program
        self.scores = Scores(people, program)
        self.lines = dict[str, frozenset[str]]()

    def broken(self, mentee: Person, mentor: Person, score: Score | None = None) -> list[str]:
        """Every rule that keeps the two from being mentee and mentor, in the published order."""
        score = score or self.scores.of(mentee, mentor)
        held = {
            "shared_language": not self.program.shared_language or bool(mentee.languages & mentor.languages),
            "max_time_zone_hours": self.hours_are_near(mentee, mentor),
            "meet": self.can_meet(mentee, mentor),
            "opted_out": not mentee.opted_out and not mentor.opted_out,
            "reporting_line": not self.one_reports_to_the_other(mentee, mentor),
            "avoid": mentor.person_id not in mentee.avoid and mentee.person_id not in mentor.avoid,
            "capacity": self.seats(mentor) > 0 and (self.program.kind != "peer" or self.seats(mentee) > 0),
            "floor": score.total >= self.program.floor - ROUNDING,
            "min_level_gap": self.gap_is_enough(mentee, mentor),
            "forbidden": not self.forbidden(mentee.person_id, mentor.person_id),
            "oneself": mentee.person_id != mentor.person_id,
        }
        return [rule for rule in RULES if not held[rule]]

    def allows(self, mentee: Person, mentor: Person, score: Score | None = None) -> bool:
        """Whether no rule keeps the two apart and they stand in their better direction."""
        score = score or self.scores.of(mentee, mentor)
        return not self.broken(mentee, mentor, score) and not self.better_the_other_way(mentee, mentor, score)

    def better_the_other_way(self, mentee: Person, mentor: Person, score: Score) -> bool:
        """Of two people who may each mentor the other only the better direction counts (a tie: the more senior
        mentors, then the smaller id), and between peers the smaller id stands first."""
        if not (mentee.role == mentor.role == "both"):
            return False
        if self.program.kind == "peer":
            return mentee.person_id > mentor.person_id
        back = self.scores.of(mentor, mentee)
        if self.broken(mentor, mentee, back):
            return False
        gain = back.total - score.total
        if abs(gain) > ROUNDING:
            return gain > RESOLUTION
        if seniority(mentee) != seniority(mentor):
            return seniority(mentee) > seniority(mentor)
        return mentee.person_id < mentor.person_id

    def seats(self, mentor: Person) -> int:
        """How many mentees the mentor takes: what they wrote, else one, or a whole group; a peer takes one or none."""
        if self.program.kind == "peer":
            return 0 if mentor.capacity == 0 else 1
        if self.program.kind == "group":
            return self.program.group_max if mentor.capacity is None else min(mentor.capacity, self.program.group_max)
        return 1 if mentor.capacity is None else mentor.capacity

    def takes_part(self, mentee: Person, mentor: Person) -> bool:
        if self.program.kind == "peer":
            return mentee.role == mentor.role == "both"
        return mentee.may_be_mentored and mentor.may_mentor

    def hours_are_near(self, mentee: Person, mentor: Person) -> bool:
        if self.program.max_time_zone_hours is None:
            return True
        apart = (self.scores.offset(mentee) - self.scores.offset(mentor)) % DAY
        return min(apart, DAY - apart) <= self.program.max_time_zone_hours * 3600

    def can_meet(self, mentee: Person, mentor: Person) -> bool:
        same_site = bool(mentee.attributes["site"]) and mentee.attributes["site"] == mentor.attributes["site"]
        if self.program.meet == "any":
            return True
        return same_site or (self.program.meet == "remote_or_same_site" and mentee.remote and mentor.remote)

    def one_reports_to_the_other(self, mentee: Person, mentor: Person) -> bool:
        if self.program.reporting_line == "allowed":
            return False
        return mentor.person_id in self.line_above(mentee.person_id) or mentee.person_id in self.line_above(
            mentor.person_id
        )

    def line_above(self, person_id: str) -> frozenset[str]:
        if person_id not in self.lines:
            above = set[str]()
            manager = self.people.managers.get(person_id)
            while manager is not None and manager not in above:
                above.add(manager)
                manager = self.people.managers.get(manager)
            self.lines[person_id] = frozenset(above)
        return self.lines[person_id]

    def gap_is_enough(self, mentee: Person, mentor: Person) -> bool:
        if self.program.min_level_gap is None:
            return True
        if mentee.level is None or mentor.level is None:
            return False
        gap = mentor.level - mentee.level
        return (abs(gap) if self.program.kind == "peer" else gap) >= self.program.min_level_gap

    def forbidden(self, mentee: str, mentor: str) -> bool:
        return (mentee, mentor) in self.program.forbidden or (
            self.program.kind == "peer" and (mentor, mentee) in self.program.forbidden
        )


def seniority(person: Person) -> int:
    """The level by which a tie is broken; a missing one is 0."""
    return person.level or 0
