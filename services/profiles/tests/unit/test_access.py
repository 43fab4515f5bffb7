"""Roles, clients and the first people admin."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from profiles.domain.client import SCOPES
from profiles.domain.errors import LastPeopleAdmin
from profiles.domain.person import Person
from profiles.use_cases import clients, grants, groups, people, setup
from profiles.use_cases.admission import is_admitted
from servicekit.caller import Caller
from servicekit.refusals import Forbidden, InvalidInput, Stale, WrongState
from servicekit.testing import FrozenClock

from .conftest import CLOCK, SYSTEM, MemoryProfiles

Register = Callable[..., Person]


def roles_of(store: MemoryProfiles, person: Person) -> tuple[str, ...]:
    return grants.read_roles(store, SYSTEM, person.id).roles


def test_roles_are_given_and_taken_as_a_whole_and_audited(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    ana, caller = register("Ana"), Caller.person(admin.id, "people_admin")
    grants.grant_roles(store, clock, caller, ana.id, 0, ("auditor", "program_manager"))
    grants.grant_roles(store, clock, caller, ana.id, 1, ("auditor",))
    assert roles_of(store, ana) == ("auditor",)
    last = store.held("audit")[-1]
    assert (last["action"], last["subject"], list(last["codes"])) == ("roles.grant", ana.id, ["auditor"])
    with pytest.raises(Stale):
        grants.grant_roles(store, clock, caller, ana.id, 1, ())


def test_only_people_admins_give_roles(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    ana = register("Ana")
    for caller in (Caller.person(ana.id, "program_manager", "auditor"), Caller(id="cli_1", kind="client")):
        with pytest.raises(Forbidden):
            grants.grant_roles(store, clock, caller, ana.id, 0, ("people_admin",))


def test_the_last_people_admin_stays_one(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    with pytest.raises(LastPeopleAdmin):
        grants.grant_roles(store, clock, caller, admin.id, 1, ())
    ana = register("Ana")
    grants.grant_roles(store, clock, caller, ana.id, 0, ("people_admin",))
    grants.grant_roles(store, clock, caller, admin.id, 1, ())
    assert roles_of(store, admin) == ()


def test_a_people_admin_by_a_group_counts_as_one(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    ana = register("Ana")
    admins = groups.GroupSaid(name="MM Admins", members=(ana.id,))
    roles = {"mm admins": ("people_admin",)}
    scim = Caller(id="cli_1", kind="client", scopes=frozenset({"people:write"}))
    group = groups.create_group(store, clock, scim, admins, roles)
    grants.grant_roles(store, clock, SYSTEM, admin.id, 1, ())
    assert roles_of(store, admin) == ()

    grants.grant_roles(store, clock, SYSTEM, admin.id, 2, ("people_admin",))
    people.change_person(store, clock, SYSTEM, ana.id, None, {}, "left")
    with pytest.raises(LastPeopleAdmin):
        grants.grant_roles(store, clock, SYSTEM, admin.id, 3, ())
    groups.change_group(store, clock, scim, group.id, None, replace(admins, members=(admin.id,)), roles)
    grants.grant_roles(store, clock, SYSTEM, admin.id, 3, ())
    assert roles_of(store, admin) == (), "the group makes them one still"


def test_whoever_is_people_admin_by_a_group_needs_no_first_one(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    ana = register("Ana")
    scim = Caller(id="cli_1", kind="client", scopes=frozenset({"people:write"}))
    said = groups.GroupSaid(name="MM Admins", members=(ana.id,))
    groups.create_group(store, clock, scim, said, {"mm admins": ("people_admin",)})
    assert setup.make_first_people_admin(store, clock, "dora@example.com", "UTC") is None


def test_leaving_takes_every_role_and_coming_back_gives_none(
    store: MemoryProfiles, clock: FrozenClock, register: Register, admin: Person
) -> None:
    ana = register("Ana")
    grants.grant_roles(store, clock, SYSTEM, ana.id, 0, ("people_admin", "auditor"))
    people.change_person(store, clock, Caller.person(admin.id, "people_admin"), ana.id, None, {}, "left")
    told = [(row["action"], row["actor"], list(row["codes"])) for row in store.held("audit")[-2:]]
    assert told == [("roles.end", admin.id, ["auditor", "people_admin"]), ("person.change", admin.id, ["left"])]
    with pytest.raises(LastPeopleAdmin):
        grants.grant_roles(store, clock, SYSTEM, admin.id, None, ())
    people.change_person(store, clock, SYSTEM, ana.id, None, {}, "active")
    assert roles_of(store, ana) == ()


def test_after_the_last_people_admin_left_init_makes_another(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    people.change_person(store, clock, SYSTEM, admin.id, None, {}, "left")
    assert setup.make_first_people_admin(store, clock, "eve@example.com", "UTC") is not None


def test_who_left_is_given_no_role(store: MemoryProfiles, clock: FrozenClock, register: Register) -> None:
    ana = register("Ana")
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "left")
    with pytest.raises(WrongState):
        grants.grant_roles(store, clock, SYSTEM, ana.id, 0, ("auditor",))


def test_the_first_people_admin_is_made_once(store: MemoryProfiles, clock: FrozenClock) -> None:
    made = setup.make_first_people_admin(store, clock, "Dora@example.com", "Europe/Berlin")
    again = setup.make_first_people_admin(store, clock, "Dora@example.com", "Europe/Berlin")
    other = setup.make_first_people_admin(store, clock, "eve@example.com", "Europe/Berlin")
    assert (made is not None, again, other) == (True, None, None)
    assert [grant["_id"] for grant in store.held("grants")] == [made]
    assert [row["action"] for row in store.held("audit")] == ["people-admin.first"]
    assert store.events() == ["person.changed", "contact.changed"]


def test_the_first_people_admin_may_be_registered_already(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    dora = register("Dora", email="dora@example.com")
    assert setup.make_first_people_admin(store, clock, "DORA@example.com", "UTC") == dora.id
    assert roles_of(store, dora) == ("people_admin",)


def test_who_left_is_not_made_the_first_people_admin(
    store: MemoryProfiles, clock: FrozenClock, register: Register
) -> None:
    dora = register("Dora", email="dora@example.com")
    people.change_person(store, clock, SYSTEM, dora.id, None, {}, "left")
    with pytest.raises(WrongState, match="left"):
        setup.make_first_people_admin(store, clock, "dora@example.com", "UTC")


def test_the_first_people_admin_needs_an_address(store: MemoryProfiles, clock: FrozenClock) -> None:
    with pytest.raises(InvalidInput):
        setup.make_first_people_admin(store, clock, "dora", "UTC")


def test_a_client_s_secret_is_kept_as_a_hash_only(store: MemoryProfiles, clock: FrozenClock, admin: Person) -> None:
    caller = Caller.person(admin.id, "people_admin")
    secret = clients.new_secret()
    made = clients.create_client(store, clock, caller, secret, "HR sync", ("people:write", "people:write"), ())
    assert made.scopes == ("people:write",)
    assert made.knows(secret)
    assert not made.knows(secret + "x")
    assert secret not in str([store.held(name) for name in ("clients", "outbox", "audit")])
    assert store.events()[-1] == "client.changed"


def test_revoking_a_client_shuts_it_out_at_once_and_again_changes_nothing(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "s", "HR sync", SCOPES, ("prg_1",))
    as_client = Caller(id=made.id, kind="client", scopes=frozenset(SCOPES), programs=frozenset({"prg_1"}))
    assert is_admitted(store, CLOCK, as_client)
    revoked = clients.revoke_client(store, clock, caller, made.id)
    assert clients.revoke_client(store, clock, caller, made.id) == revoked
    assert not is_admitted(store, CLOCK, as_client)
    assert [row["action"] for row in store.held("audit")][-2:] == ["client.create", "client.revoke"]
    assert store.held("outbox")[-1]["data"]["revoked"] is True


def test_a_client_s_scopes_are_changed_and_a_token_that_says_more_is_refused(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "s", "HR sync", ("people:read", "people:write"), ())
    wide = Caller(id=made.id, kind="client", scopes=frozenset({"people:read", "people:write"}))
    narrow = replace(wide, scopes=frozenset({"people:read"}))
    changed = clients.change_client(
        store, clock, caller, made.id, made.version, {"name": "HR reader", "scopes": ["people:read", "people:read"]}
    )
    assert (changed.name, changed.scopes, changed.programs) == ("HR reader", ("people:read",), ())
    assert (is_admitted(store, CLOCK, wide), is_admitted(store, CLOCK, narrow)) == (False, True)
    last = store.held("audit")[-1]
    assert (last["action"], last["subject"], list(last["codes"])) == ("client.change", made.id, ["people:read"])
    assert list(store.held("outbox")[-1]["data"]["scopes"]) == ["people:read"]
    assert clients.change_client(store, clock, caller, made.id, None, {"name": "HR reader"}) == changed
    with pytest.raises(Stale):
        clients.change_client(store, clock, caller, made.id, made.version, {"name": "late"})


def test_a_token_for_every_program_is_refused_once_its_client_is_limited_to_some(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "s", "Bot", ("programs:read",), ())
    token = Caller(id=made.id, kind="client", scopes=frozenset({"programs:read"}))
    clients.change_client(store, clock, caller, made.id, None, {"programs": ["prg_1", "prg_2"]})
    assert not is_admitted(store, CLOCK, token)
    assert is_admitted(store, CLOCK, replace(token, programs=frozenset({"prg_2"})))
    assert not is_admitted(store, CLOCK, replace(token, programs=frozenset({"prg_2", "prg_3"})))


def test_nobody_widens_a_client_but_a_people_admin_and_a_revoked_one_stays_as_it_was(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "s", "Bot", ("programs:read",), ())
    itself = Caller(id=made.id, kind="client", scopes=frozenset({"programs:read"}))
    for stranger in (itself, Caller.person("prs_x", "program_manager", "auditor")):
        with pytest.raises(Forbidden):
            clients.change_client(store, clock, stranger, made.id, None, {"scopes": list(SCOPES)})
    clients.revoke_client(store, clock, caller, made.id)
    with pytest.raises(WrongState, match="revoked"):
        clients.change_client(store, clock, caller, made.id, None, {"name": "again"})


def test_only_people_admins_see_or_make_clients(store: MemoryProfiles, clock: FrozenClock) -> None:
    colleague = Caller.person("prs_x", "program_manager", "auditor")
    with pytest.raises(Forbidden):
        clients.create_client(store, clock, colleague, "s", "x", ("people:read",), ())
    with pytest.raises(Forbidden):
        clients.list_clients(store, colleague, None, 10)


def test_clients_are_listed_by_pages(store: MemoryProfiles, clock: FrozenClock) -> None:
    made = [clients.create_client(store, clock, SYSTEM, "s", f"c{n}", ("people:read",), ()).id for n in range(3)]
    first = clients.list_clients(store, SYSTEM, None, 2)
    rest = clients.list_clients(store, SYSTEM, first.following, 2)
    assert [client.id for client in (*first.items, *rest.items)] == sorted(made)
    assert rest.following is None


def test_whoever_is_unknown_or_left_is_not_admitted(store: MemoryProfiles, register: Register) -> None:
    ana = register("Ana")
    assert is_admitted(store, CLOCK, Caller.person(ana.id))
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "on_leave")
    assert is_admitted(store, CLOCK, Caller.person(ana.id))
    people.change_person(store, CLOCK, SYSTEM, ana.id, None, {}, "left")
    assert not is_admitted(store, CLOCK, Caller.person(ana.id))
    assert not is_admitted(store, CLOCK, Caller.person("prs_nobody"))
    assert not is_admitted(store, CLOCK, Caller(id="cli_nobody", kind="client"))


def test_a_client_has_two_secrets_while_they_are_exchanged(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "first", "HR sync", ("people:read",), ())
    itself = Caller(id=made.id, kind="client", scopes=frozenset({"people:read"}))
    second = clients.rotate_secret(store, clock, itself, "second", made.id)
    assert (second.knows("first"), second.knows("second")) == (True, True)
    third = clients.rotate_secret(store, clock, caller, "third", made.id)
    assert (third.knows("first"), third.knows("second"), third.knows("third")) == (False, True, True)
    alone = clients.retire_secret(store, clock, itself, made.id)
    assert (alone.knows("second"), alone.knows("third"), alone.knows("")) == (False, True, False)
    assert clients.retire_secret(store, clock, itself, made.id) == alone
    assert "third" not in str(store.held("clients"))
    assert [row["action"] for row in store.held("audit")][-3:] == ["client.rotate", "client.rotate", "client.retire"]


def test_a_client_s_secret_is_its_own_owner_s_to_exchange(
    store: MemoryProfiles, clock: FrozenClock, admin: Person
) -> None:
    caller = Caller.person(admin.id, "people_admin")
    made = clients.create_client(store, clock, caller, "first", "HR sync", SCOPES, ())
    for stranger in (
        Caller(id="cli_other", kind="client", scopes=frozenset(SCOPES)),
        Caller.person("prs_x", "auditor"),
    ):
        for change in (
            lambda who: clients.rotate_secret(store, clock, who, "mine", made.id),
            lambda who: clients.retire_secret(store, clock, who, made.id),
        ):
            with pytest.raises(Forbidden):
                change(stranger)
    clients.revoke_client(store, clock, caller, made.id)
    with pytest.raises(WrongState, match="revoked"):
        clients.rotate_secret(store, clock, caller, "again", made.id)
