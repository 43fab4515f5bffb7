"""The demonstration's people and story are the same every time and hang together."""

from collections import Counter
from datetime import date
from pathlib import Path

from mentormesh.seed.cast import CAST
from mentormesh.seed.diary import Diary
from mentormesh.seed.people import COUNT, people
from mentormesh.seed.story import STAGES, offers, stages

TODAY = date(2027, 1, 11)


def test_there_are_500_people_and_always_the_same() -> None:
    assert people() == people()
    assert len({one.email for one in people()}) == len({one.key for one in people()}) == COUNT == 500


def test_managers_come_before_those_who_report_to_them() -> None:
    seen: set[str | None] = {None}
    for one in people():
        assert one.manager in seen
        seen.add(one.key)


def test_everybody_of_the_cast_works_there() -> None:
    assert {lead.email for lead in CAST} <= {one.email for one in people()}


def test_ben_is_not_above_ana() -> None:
    by_key = {one.key: one for one in people()}
    ana, ben = (next(one for one in by_key.values() if one.email == lead.email) for lead in CAST[:2])
    above = ana.manager
    while above is not None:
        assert above != ben.key
        above = by_key[above].manager


def test_nobody_wants_to_learn_what_they_teach() -> None:
    for one in people():
        offered = {offer["skill"] for offer in one.profile["skills_offered"]}
        assert one.email in {lead.email for lead in CAST} or offered.isdisjoint(one.profile["skills_wanted"])


def test_two_programs_want_sixty_mentorships_at_every_stage() -> None:
    told = offers(people(), TODAY)
    assert len(told) == 2
    first, second = told
    spread = stages(first.pairs, 0) + stages(second.pairs, first.pairs)
    assert Counter(spread) == Counter(STAGES)
    assert len(spread) == 60


def test_nobody_is_enrolled_twice_in_one_role_of_a_program() -> None:
    for offer in offers(people(), TODAY):
        for people_of_role in (offer.mentors, offer.mentees):
            assert len({one.key for one in people_of_role}) == len(people_of_role)
        assert len(offer.mentees) > offer.pairs


def test_a_step_of_the_diary_is_done_once_even_after_a_restart(tmp_path: Path) -> None:
    done: list[int] = []
    for _ in range(2):
        diary = Diary(tmp_path / "diary")
        assert diary.once("step", lambda: done.append(1) or {"id": "a"}) == {"id": "a"}  # type: ignore[func-returns-value]
    assert done == [1]
