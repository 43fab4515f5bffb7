"""Imports of people, as shown, and what may be asked of them."""

from marshmallow import fields, validate

from profiles.domain.imports.course import ACTIONS
from profiles.schemas.shapes import Page, PageQuery, said
from servicekit.web.schema import Code, Moment, Schema, Text, Whole

STATES = ("received", "reading", "ready", "applying", "completed", "cancelled", "failed")
MODES = ("full", "changes")


class NewImportQuery(Schema):
    """What is wanted of an uploaded file."""

    name = Text(200, load_default="upload.csv", **said("What the file is called."))
    mode = Code(
        *MODES, load_default="full", **said("`full`: whoever the file does not name has left. `changes`: they stay.")
    )
    apply = fields.Boolean(
        load_default=False, **said("Carry it out when it is ready, without asking, unless too many would leave.")
    )
    confirm_leavers = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0, max=10_000_000),
        **said("How many people leave by it, where they are more than may without confirming."),
    )


class ApplyImport(Schema):
    """The go-ahead."""

    confirm_leavers = Whole(
        0, 10_000_000, load_default=None, allow_none=True, **said("How many people leave by it: exactly that number.")
    )


class RowsQuery(PageQuery):
    """Which rows of a preview."""

    action = Code(*ACTIONS, "manager", **said("Those of one action alone; `manager` are all with another manager."))


class CountsSchema(Schema):
    """How many people something happens to."""

    joiners = fields.Integer(**said("Become known."))
    movers = fields.Integer(**said("Get another title, department, level or site."))
    changed = fields.Integer(**said("Get other facts."))
    unchanged = fields.Integer(**said("Stay as they are."))
    leavers = fields.Integer(**said("Leave."))
    rehires = fields.Integer(**said("Come back."))
    manager_changes = fields.Integer(**said("Get another manager; counted beside."))
    refused = fields.Integer(**said("Rows that cannot be; see `errors`."))


class ProgressSchema(Schema):
    """How far an import is."""

    lines = fields.Integer(**said("Lines of the file."))
    lines_read = fields.Integer(**said("Lines that are read."))
    rows = fields.Integer(**said("Rows to carry out, leavers included; grows while the file is read."))
    rows_applied = fields.Integer(**said("Rows that are carried out."))


class ImportSchema(Schema):
    """One import."""

    id = fields.String(**said("`imp_...`"))
    file_name = fields.String(**said("What the file is called."))
    mode = Code(*MODES, **said("Whether whoever the file does not name has left."))
    state = Code(*STATES, **said("`ready` waits for `apply`."))
    reason = fields.String(**said("Why it failed or was cancelled."))
    requested_by = fields.String(**said("Who uploaded it; the service's name for a file of the watched folder."))
    ignored_columns = fields.List(fields.String(), **said("Columns that are no facts we keep."))
    progress = fields.Nested(ProgressSchema, **said("How far it is."))
    planned = fields.Nested(CountsSchema, **said("What would come of it."))
    done = fields.Nested(CountsSchema, **said("What came of it so far."))
    confirm_leavers = fields.Integer(
        attribute="to_confirm",
        allow_none=True,
        **said("The number of leavers that `apply` must confirm, null where it need not."),
    )
    created_at = Moment(**said("When it was uploaded."))
    finished_at = Moment(allow_none=True, **said("When it was over."))


class ImportPage(Page):
    """Imports, the newest first."""

    items = fields.List(fields.Nested(ImportSchema), **said("The imports."))


class PlannedSchema(Schema):
    """What would come of one row."""

    line = fields.Integer(attribute="row.said.line", **said("The file's line; 0 for somebody whom it does not name."))
    action = Code(*ACTIONS, attribute="row.action", **said("What happens to this person."))
    person_id = fields.String(attribute="row.person_id", allow_none=True, **said("Who it is, null for a joiner."))
    external_id = fields.String(attribute="row.said.external_id", allow_none=True, **said("Id in the HR system."))
    name = fields.String(**said("Their name."))
    changes = fields.List(fields.String(), attribute="row.changes", **said("The facts that change."))
    manager_changes = fields.Boolean(attribute="row.manager_changes", **said("Whether they get another manager."))


class PlannedPage(Page):
    """Rows, in the file's order; then whoever is missing."""

    items = fields.List(fields.Nested(PlannedSchema), **said("The rows."))
