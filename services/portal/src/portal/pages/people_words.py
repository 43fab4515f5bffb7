"""The codes of the people admins' pages in a reader's words: employment, roles, histories, imports, audited acts."""

from portal.pages.language import N_

STATUSES = {"active": N_("Working here"), "on_leave": N_("On leave"), "left": N_("Left")}
ROLES_GIVEN = {
    "program_manager": N_("Program manager"),
    "people_admin": N_("People admin"),
    "auditor": N_("Auditor"),
}
WHAT_ROLES_DO = {
    "program_manager": N_("creates programs and manages those they are named in"),
    "people_admin": N_("sees and changes people, clients, words and questions"),
    "auditor": N_("reads the audit log and figures, never private text"),
}
ACTS = {
    "registered": N_("Became known here"),
    "changed": N_("Changed"),
    "on_leave": N_("Went on leave"),
    "back": N_("Came back from leave"),
    "left": N_("Left"),
    "rehired": N_("Was hired again"),
}
FACTS = {
    "email": N_("E-mail address"),
    "name": N_("Name"),
    "time_zone": N_("Time zone"),
    "external_id": N_("Staff number"),
    "title": N_("Title"),
    "department": N_("Department"),
    "level": N_("Level"),
    "site": N_("Site"),
    "remote": N_("Way of working"),
    "manager_id": N_("Reports to"),
    "languages": N_("Languages"),
    "locale": N_("Language of messages"),
    "attributes": N_("Further facts"),
    "account": N_("Account"),
}
IMPORT_MODES = {
    "changes": N_("Only changes: whoever is not in the file stays"),
    "full": N_("Everybody: whoever is not in the file has left"),
}
IMPORT_STATES = {
    "received": N_("Received"),
    "reading": N_("Being read"),
    "ready": N_("Ready to look over"),
    "applying": N_("Being carried out"),
    "completed": N_("Completed"),
    "cancelled": N_("Stopped"),
    "failed": N_("Failed"),
}
IMPORT_ACTIONS = {
    "joiner": N_("Join"),
    "rehire": N_("Come back"),
    "leaver": N_("Leave"),
    "mover": N_("Move"),
    "changed": N_("Get other facts"),
    "unchanged": N_("Stay as they are"),
    "manager": N_("Get another manager"),
}
COUNTS = {
    "joiners": N_("join"),
    "movers": N_("move"),
    "leavers": N_("leave"),
    "rehires": N_("come back"),
    "manager_changes": N_("get another manager"),
    "changed": N_("get other facts"),
    "unchanged": N_("stay as they are"),
    "refused": N_("rows are wrong"),
}
SCOPES = {
    "people:read": N_("Read people: facts and cards"),
    "people:write": N_("Provision people: SCIM, imports, changes of facts"),
    "programs:read": N_("Read programs, requests and mentorships"),
    "events:read": N_("Read the event feed"),
    "webhooks:manage": N_("Manage its own webhooks"),
}
ERASURE_STATES = {
    "requested": N_("Asked for"),
    "started": N_("Being carried out"),
    "completed": N_("Certified"),
    "cancelled": N_("Undone"),
}
AUDITED = {
    "roles.grant": N_("Gave or took roles"),
    "roles.end": N_("Took roles because somebody left"),
    "roles.by-group": N_("Gave or took roles by a group"),
    "people-admin.first": N_("Made the first people admin"),
    "person.register": N_("Registered somebody"),
    "person.change": N_("Changed somebody's facts"),
    "person.read": N_("Looked at somebody's facts"),
    "person.history": N_("Looked at somebody's history"),
    "roles.read": N_("Looked at somebody's roles"),
    "profile.read": N_("Looked at somebody's profile"),
    "answers.private": N_("Read somebody's private answers"),
    "profile.change": N_("Changed somebody's profile"),
    "profile.pause": N_("Paused somebody's profile"),
    "profile.resume": N_("Ended somebody's pause"),
    "consent.read": N_("Looked at somebody's consent"),
    "consent.change": N_("Gave or took back consent"),
    "explanation.read": N_("Looked at why two people fit"),
    "review.read": N_("Looked at a review"),
    "sessions.read": N_("Looked at where somebody is signed in"),
    "sessions.end": N_("Signed somebody out everywhere"),
    "data.read": N_("Took all data about somebody"),
    "erasure.request": N_("Asked for somebody to be forgotten"),
    "erasure.cancel": N_("Undid an erasure"),
    "erasure.start": N_("Began to destroy somebody's data"),
    "erasure.complete": N_("Certified an erasure"),
    "import.create": N_("Uploaded an import"),
    "import.apply": N_("Carried out an import"),
    "import.cancel": N_("Cancelled an import"),
    "client.create": N_("Made a client"),
    "client.change": N_("Changed what a client may do"),
    "client.rotate": N_("Made another secret of a client"),
    "client.retire": N_("Retired a client's older secret"),
    "client.revoke": N_("Revoked a client"),
    "field.declare": N_("Declared or changed a question"),
    "vocabulary.merge": N_("Merged two words"),
    "vocabulary.import": N_("Imported words"),
    "keys.make": N_("Made a signing key"),
    "keys.remove": N_("Removed a signing key"),
    "audit.read": N_("Looked into the audit log"),
}
CODES = {
    "status": STATUSES, "given_role": ROLES_GIVEN, "what_role_does": WHAT_ROLES_DO, "act": ACTS, "fact": FACTS,
    "import_mode": IMPORT_MODES, "import_state": IMPORT_STATES, "import_action": IMPORT_ACTIONS, "count": COUNTS,
    "scope": SCOPES, "erasure_state": ERASURE_STATES, "audited": AUDITED,
}  # fmt: skip
