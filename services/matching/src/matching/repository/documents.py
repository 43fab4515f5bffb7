"""The documents of this service and their indexes."""

from matching.domain.enrolment import Enrolment
from matching.domain.mentorship import Mentorship
from matching.domain.person import Client, Erasure, Person, Profile, Word
from matching.domain.program import Program
from matching.domain.proposal import Alone, Proposal
from matching.domain.question import PairQuestion
from matching.domain.request import Request
from matching.domain.run import Run, RunInputs
from matching.domain.seats import Seats
from matching.domain.snapshot import Chunk, Forgetting
from servicekit.store import Documents, index

DOCUMENTS: tuple[Documents, ...] = (
    Documents(Program, "programs", (index("state"), index("managers"), index("due_at"))),
    Documents(
        Enrolment,
        "enrolments",
        (index("program_id", "role", "state"), index("person_id", "program_id"), index("changed_at")),
    ),
    Documents(Seats, "seats", (index("changed_at"),)),
    Documents(
        Request,
        "requests",
        (
            # Seats already keep a pair from asking twice at once; this index is the proof beside them.
            index("program_id", "mentee_id", "mentor_id", unique=True, where={"state": "pending"}),
            index("mentee_id", "state"),
            index("mentor_id", "state"),
            index("program_id", "state", "_id"),
            index("deadline", where={"state": "pending"}),
            index("remind_at", where={"state": "pending"}),
        ),
    ),
    Documents(
        Mentorship,
        "mentorships",
        (
            index("program_id", "state"),
            index("mentor_id", "state"),
            index("mentee_ids", "state"),
            index("deadline", where={"state": "proposed"}),
        ),
    ),
    Documents(
        Run,
        "runs",
        (
            index("program_id", "state"),
            index("state"),
            index("has_parts", where={"has_parts": True}),
            index("snapshot_id"),
            # The program's transaction keeps two from being published at once; this index is the proof beside it.
            index("program_id", unique=True, where={"state": "publishing"}),
        ),
    ),
    Documents(RunInputs, "run_inputs"),
    Documents(Chunk, "run_snapshots", (index("snapshot_id"),)),
    Documents(
        Proposal,
        "proposals",
        (
            index("run_id", "percent"),
            index("run_id", "mentor_id"),
            index("run_id", "state"),
            # What managers mark by hand is few among many.
            index("run_id", "locked", where={"locked": True}),
            index("run_id", "by_hand", where={"by_hand": True}),
            index("mentee_id"),
            index("mentor_id"),
        ),
    ),
    Documents(Alone, "run_alone", (index("run_id"), index("person_id"), index("closest"), index("lost_to"))),
    Documents(
        PairQuestion,
        "run_questions",
        (index("waits", "asked_at", where={"waits": True}), index("mentee_id"), index("mentor_id")),
    ),
    Documents(Forgetting, "run_forgettings", (index("due_at"),)),
    Documents(Person, "people", (index("changed_at"),)),
    Documents(Profile, "profiles"),
    Documents(Word, "words", (index("changed_at"),)),
    Documents(Client, "clients"),
    Documents(Erasure, "erasures"),
)
