"""The documents of this service and their indexes."""

from datetime import UTC, datetime

from profiles.domain.access import Grant, Guard, RefreshFamily, SigningKey, SignInLink
from profiles.domain.client import Client
from profiles.domain.consent import Consent
from profiles.domain.erasure import Erasure, Gone
from profiles.domain.group import Group
from profiles.domain.imports.course import Batch, Chunk, Import, Seen
from profiles.domain.imports.row import Fault
from profiles.domain.person import Person
from profiles.domain.profile import Profile
from profiles.domain.profile_field import ProfileField
from profiles.domain.vocabulary import Skill, Theme
from servicekit.store import Documents, Index, index

# Before any moment here; a partial index serves a query that repeats its condition.
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def expiring() -> tuple[Index, ...]:
    """The index that removes documents at their `expires_at`."""
    return (Index(fields=(("expires_at", 1),), expire_after=0),)


def terms() -> tuple[Index, ...]:
    """The indexes of a vocabulary."""
    return (
        index("name_key", unique=True),
        index("keys"),
        index("prefixes", "name_key", "_id"),
        index("proposed_by", where={"proposed_by": {"$gt": ""}}),
        index("merged_into", where={"merged_into": {"$gt": ""}}),
    )


DOCUMENTS: tuple[Documents, ...] = (
    Documents(
        Person,
        "people",
        (
            index("email_key", unique=True),
            index("external_key", unique=True, where={"external_key": {"$gt": ""}}),
            index("user_name_key", unique=True),
            # A partial index does not serve `$in` on every server; many people at once are found by this one.
            index("external_key", "_id"),
            index("name_prefixes", "sort_name", "_id"),
            index("sort_name", "_id"),
            index("landmark", "sort_name", "_id", where={"landmark": {"$gt": 0}}),
            index("status", "sort_name", "_id"),
            index("facts.department", "sort_name", "_id"),
            index("facts.site", "sort_name", "_id"),
        ),
    ),
    Documents(
        Profile,
        "profiles",
        (
            index("statement.skills_offered.skill_id"),
            index("statement.skills_wanted"),
            index("statement.goals"),
            index("statement.helps_with"),
            index("statement.avoid"),
            index("answered", "_id"),
            index("resumes_at", where={"resumes_at": {"$gt": EVER}}),
        ),
    ),
    Documents(ProfileField, "profile_fields"),
    Documents(Skill, "skills", terms()),
    Documents(Theme, "themes", terms()),
    Documents(Client, "clients"),
    Documents(Grant, "grants", (index("roles"),)),
    Documents(Group, "groups", (index("members"), index("name_key", "_id"), index("external_id"))),
    Documents(Import, "imports", (index("state"), index("tidied", "state"))),
    Documents(Chunk, "import_chunks", (index("import_id", "first_line"), *expiring())),
    Documents(Batch, "import_batches", (index("import_id", "number"), *expiring())),
    Documents(Seen, "import_seen", expiring()),
    Documents(Fault, "import_faults", (index("import_id", "_id"),)),
    Documents(SignInLink, "sign_in_links", (index("person_id", "issuer"),)),
    Documents(
        RefreshFamily, "refresh_families", (Index(fields=(("expires_at", 1),), expire_after=0), index("person_id"))
    ),
    Documents(SigningKey, "signing_keys"),
    Documents(Guard, "guards"),
    Documents(Consent, "consents"),
    Documents(Gone, "gone"),
    Documents(
        Erasure,
        "erasures",
        (index("state", "_id"), index("person_id"), index("due_at", where={"due_at": {"$gt": EVER}})),
    ),
)
