"""The organisation's words: found while typing, merged without anybody losing theirs, imported from a file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from profiles.domain.erasure import Pace
from profiles.domain.person import Person
from profiles.timers import timers
from servicekit.clock import SystemClock
from servicekit.timers import Timers

from .conftest import SIGNING_KEY, Api, MemoryProfiles, Session

Register = Callable[..., Person]


@pytest.fixture
def call(api: Api, admin: Person) -> Session:
    return api.as_person(admin)


def made(call: Session, name: str, *synonyms: str, vocabulary: str = "skills", category: str = "") -> str:
    body = {"name": name, "synonyms": list(synonyms), "category": category}
    reply = call("POST", f"/v1/{vocabulary}", body)
    assert reply.status_code == 201, reply.text
    return str(reply.get_json()["id"])


def suggested(call: Session, query: str, vocabulary: str = "skills") -> list[str]:
    return [one["name"] for one in call("GET", f"/v1/{vocabulary}?q={query}").get_json()["items"]]


def clocks(store: MemoryProfiles) -> None:
    ours = timers(Pace(), timedelta(days=36_500), lambda now: SIGNING_KEY)
    for _ in range(3):
        Timers("profiles", store, SystemClock(), ours).step()


def test_terms_are_found_by_beginnings_of_names_and_synonyms_without_accents(call: Session) -> None:
    made(call, "Führung", "Leadership", "People management")
    made(call, "Python")
    assert suggested(call, "fuhr") == suggested(call, "LEAD") == suggested(call, "people man") == ["Führung"]
    assert suggested(call, "py") == ["Python"]
    assert suggested(call, "zz") == []


def test_retired_terms_are_listed_apart_and_offered_again(call: Session) -> None:
    old, gone, kept = made(call, "Cobol", "Common Business Language"), made(call, "Pyhton"), made(call, "Python")
    for id in (old, gone):
        assert call("PATCH", f"/v1/skills/{id}", {"retired": True}, If_Match="*").status_code == 200
    assert call("POST", f"/v1/skills/{gone}/merge", {"into": kept}).status_code == 200
    assert suggested(call, "") == ["Python"]
    assert suggested(call, "&retired=true") == ["Cobol"], "what was merged is another word now"
    assert [one["id"] for one in call("GET", "/v1/skills?retired=true").get_json()["items"]] == [old]
    assert suggested(call, "business&retired=true") == ["Cobol"]
    assert suggested(call, "py&retired=true") == []
    assert call("PATCH", f"/v1/skills/{old}", {"retired": False}, If_Match="*").get_json()["retired"] is False
    assert suggested(call, "cob") == ["Cobol"]
    assert suggested(call, "&retired=true") == []


def test_a_term_is_renamed_and_sorted_anew_and_a_taken_word_is_refused(api: Api, call: Session) -> None:
    python, java = made(call, "Pyhton"), made(call, "Java")
    path = f"/v1/skills/{python}"
    changed = call("PATCH", path, {"name": "Python", "synonyms": ["Py"], "category": "Code"}, If_Match='"1"')
    assert (changed.status_code, changed.get_json()["name"]) == (200, "Python")
    assert suggested(call, "py") == ["Python"]
    assert suggested(call, "pyh") == []
    taken = call("PATCH", path, {"synonyms": ["java"]}, If_Match="*")
    assert taken.status_code == 409
    assert java in taken.get_json()["detail"]
    assert call("PATCH", path, {"name": "X"}, If_Match='"1"').status_code == 412
    assert call("PATCH", path, {"name": "X"}).status_code == 428
    assert api.store.events()[-1] == "skill.changed"


def test_a_retired_term_is_offered_to_nobody_and_stays_with_whoever_has_it(
    api: Api, call: Session, register: Register
) -> None:
    id = made(call, "Fortran")
    ana = api.as_person(ana_ := register("Ana"))
    ana("PUT", f"/v1/people/{ana_.id}/profile", {"skills_wanted": ["fortran"]}, If_Match='"0"')
    call("PATCH", f"/v1/skills/{id}", {"retired": True}, If_Match="*")
    assert suggested(call, "for") == []
    assert ana("GET", f"/v1/people/{ana_.id}/profile").get_json()["skills_wanted"] == ["Fortran"]


def test_a_merge_loses_nobody_s_skills(api: Api, call: Session, register: Register) -> None:
    js, javascript = made(call, "JS", "ECMAScript"), made(call, "JavaScript")
    people = [register(name) for name in ("Ana", "Ben", "Cara")]
    said: list[dict[str, Any]] = [
        {"skills_offered": [{"skill": "JS", "level": 4}, {"skill": "JavaScript", "level": 2}]},
        {"skills_wanted": ["ECMAScript"]},
        {"skills_wanted": ["Go"]},
    ]
    for person, body in zip(people, said, strict=True):
        reply = api.as_person(person)("PUT", f"/v1/people/{person.id}/profile", body, If_Match='"0"')
        assert reply.status_code == 200, reply.text
    told = len(api.store.events())
    merged = call("POST", f"/v1/skills/{js}/merge", {"into": javascript})
    assert merged.status_code == 200, merged.text
    assert (merged.get_json()["merged_into"], merged.get_json()["retired"]) == (javascript, True)
    assert call("POST", f"/v1/skills/{js}/merge", {"into": javascript}).status_code == 200
    clocks(api.store)
    profiles = [api.as_person(person)("GET", f"/v1/people/{person.id}/profile").get_json() for person in people]
    assert profiles[0]["skills_offered"] == [{"skill": "JavaScript", "level": 4}]
    assert profiles[1]["skills_wanted"] == ["JavaScript"]
    assert profiles[2]["skills_wanted"] == ["Go"]
    assert sorted(api.store.events()[told:]) == ["profile.changed"] * 2 + ["skill.changed"] * 2
    assert suggested(call, "ecma") == suggested(call, "js") == ["JavaScript"]
    clocks(api.store)
    assert len(api.store.events()) == told + 4


def test_merged_words_and_ids_mean_what_they_were_merged_into(api: Api, call: Session, register: Register) -> None:
    a, b, c = made(call, "A"), made(call, "B"), made(call, "C")
    call("POST", f"/v1/skills/{a}/merge", {"into": b})
    call("POST", f"/v1/skills/{b}/merge", {"into": c})
    ana = register("Ana")
    body = {"skills_wanted": [a], "skills_offered": [{"skill": "b", "level": 1}]}
    reply = api.as_person(ana)("PUT", f"/v1/people/{ana.id}/profile", body, If_Match='"0"').get_json()
    assert (reply["skills_wanted"], reply["skills_offered"]) == (["C"], [{"skill": "C", "level": 1}])


def test_circles_and_merges_into_what_is_gone_are_refused(call: Session) -> None:
    a, b = made(call, "A", vocabulary="themes"), made(call, "B", vocabulary="themes")
    assert call("POST", f"/v1/themes/{a}/merge", {"into": a}).status_code == 409
    assert call("POST", f"/v1/themes/{a}/merge", {"into": "thm_none"}).status_code == 404
    assert call("POST", f"/v1/themes/{a}/merge", {"into": b}).status_code == 200
    assert call("POST", f"/v1/themes/{b}/merge", {"into": a}).status_code == 409
    assert call("PATCH", f"/v1/themes/{a}", {"name": "X"}, If_Match="*").status_code == 409


def upload(call: Session, text: str | bytes, vocabulary: str = "skills") -> Any:
    headers = {"Authorization": f"Bearer {call.access_token}", "Content-Type": "text/csv"}
    return call.api.http.post(f"/v1/{vocabulary}/import", data=text, headers=headers)


def test_a_taxonomy_is_added_to_what_is_there_and_again_changes_nothing(api: Api, call: Session) -> None:
    made(call, "Python", category="Code")
    text = 'name;synonyms;category\nPython;Py|CPython;Programming\nGo;Golang;Programming\n"Public; speaking";;Soft\n'
    first = upload(call, text).get_json()
    assert (first["added"], first["changed"], first["errors"]) == (2, 1, [])
    assert suggested(call, "cpy") == ["Python"]
    assert call("GET", "/v1/skills?q=python").get_json()["items"][0]["category"] == "Programming"
    told = api.store.events()
    again = upload(call, text).get_json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert api.store.events() == told


def test_wrong_rows_of_a_taxonomy_are_told_and_the_others_kept(call: Session) -> None:
    made(call, "Go")
    text = f"name,synonyms\nRust,go\n{'x' * 101},\n,lonely\nZig,\n"
    reply = upload(call, text).get_json()
    assert reply["added"] == 1
    assert [(one["line"], one["column"]) for one in reply["errors"]] == [(2, "synonyms"), (3, "name"), (4, "name")]
    assert upload(call, "title\nGo\n").status_code == 422
    assert upload(call, 'name\n"Go\n').status_code == 422
    assert upload(call, b"name\n\xff\n").status_code == 400


def test_only_people_admins_change_the_vocabulary(api: Api, call: Session, register: Register) -> None:
    id = made(call, "A")
    ana = api.as_person(register("Ana"))
    assert ana("GET", f"/v1/skills/{id}").status_code == 200
    assert ana("PATCH", f"/v1/skills/{id}", {"name": "B"}, If_Match="*").status_code == 403
    assert ana("POST", f"/v1/skills/{id}/merge", {"into": id}).status_code == 403
    assert upload(ana, "name\nA\n").status_code == 403
