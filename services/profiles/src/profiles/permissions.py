"""Who may do what in this service: one row per operation, deny by default."""

from servicekit.caller import Caller
from servicekit.permissions import PUBLIC, Permissions, both, employee, relation, role, rule, scope

_READS_PEOPLE = scope("people:read", "people:write")
_ONESELF = both(employee, relation("self"))

TABLE = Permissions(
    {
        "me.read": rule(employee),
        "person.register": rule(role("people_admin"), scope("people:write")),
        "person.card": rule(employee, _READS_PEOPLE),
        "person.read": rule(role("people_admin"), _READS_PEOPLE, _ONESELF),
        # The directory: also who left, with addresses and roles. Cards are for colleagues.
        "person.search": rule(role("people_admin"), _READS_PEOPLE),
        "person.history": rule(role("people_admin", "auditor"), _ONESELF),
        "person.change": rule(role("people_admin"), scope("people:write"), _ONESELF),
        # Also who may look people up by address or external id.
        "person.change-any-fact": rule(role("people_admin"), scope("people:write")),
        "import.create": rule(role("people_admin"), scope("people:write")),
        "import.read": rule(role("people_admin"), scope("people:write")),
        "import.apply": rule(role("people_admin"), scope("people:write")),
        "import.cancel": rule(role("people_admin"), scope("people:write")),
        "provisioning.use": rule(scope("people:write")),
        "roles.read": rule(role("people_admin", "auditor"), _ONESELF),
        "roles.grant": rule(role("people_admin")),
        "profile.read": rule(role("people_admin"), _ONESELF),
        "profile.change": rule(role("people_admin"), _ONESELF),
        "profile.pause": rule(role("people_admin"), _ONESELF),
        "profile.resume": rule(role("people_admin"), _ONESELF),
        "consent.read": rule(role("people_admin"), _ONESELF),
        "consent.change": rule(role("people_admin"), _ONESELF),
        "sessions.read": rule(role("people_admin"), _ONESELF),
        "sessions.end": rule(role("people_admin"), _ONESELF),
        "erasure.request": rule(role("people_admin"), _ONESELF),
        "erasure.list": rule(role("people_admin", "auditor")),
        "erasure.read": rule(role("people_admin", "auditor"), _ONESELF),
        "erasure.cancel": rule(role("people_admin"), _ONESELF),
        # Nobody but the platform, by its clocks and by what other services tell.
        "erasure.advance": rule(),
        "receipt.record": rule(),
        "field.read": rule(employee, _READS_PEOPLE),
        "field.declare": rule(role("people_admin")),
        # Answers to the organisation's own questions that are on nobody's card.
        "answers.private": rule(role("program_manager", "people_admin")),
        "vocabulary.read": rule(employee, _READS_PEOPLE),
        "vocabulary.add": rule(role("people_admin")),
        "vocabulary.change": rule(role("people_admin")),
        "vocabulary.merge": rule(role("people_admin")),
        "vocabulary.import": rule(role("people_admin")),
        "client.list": rule(role("people_admin")),
        "client.read": rule(role("people_admin"), relation("owner")),
        "client.rotate": rule(role("people_admin"), relation("owner")),
        "client.retire": rule(role("people_admin"), relation("owner")),
        "client.create": rule(role("people_admin")),
        "client.change": rule(role("people_admin")),
        "client.revoke": rule(role("people_admin")),
        "data.read": rule(role("people_admin"), _ONESELF),
        "audit.read": rule(role("auditor", "people_admin")),
        "token.issue": PUBLIC,
        "token.revoke": PUBLIC,
        "token.introspect": PUBLIC,
        "keys.read": PUBLIC,
    }
)


def relations_to_client(caller: Caller, client_id: str) -> frozenset[str]:
    """How a caller stands to a client: `owner`, whoever holds its credentials."""
    return frozenset({"owner"}) if caller.kind == "client" and caller.id == client_id else frozenset()


def relations_to_person(caller_id: str, person_id: str) -> frozenset[str]:
    """How a caller stands to a person."""
    return frozenset({"self"}) if caller_id == person_id else frozenset()
