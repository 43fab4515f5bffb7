"""`/v1/programs/{id}/runs` and `/v1/runs`."""

from collections.abc import Callable
from typing import Any

from flask import Response

from matching.api.pages import after, position
from matching.domain.proposal import Proposal
from matching.domain.run import Run
from matching.schemas.explanations import ExplainedSchema, PairQuery
from matching.schemas.questions import QuestionSchema
from matching.schemas.runs import (
    CompareQuery,
    ComparisonSchema,
    PairBody,
    ProposalPage,
    ProposalQuery,
    ProposalSchema,
    RunPage,
    RunSchema,
    SolveAgain,
    StartRun,
    UnmatchedPage,
    UnmatchedSchema,
)
from matching.schemas.shapes import PageQuery
from matching.use_cases.runs import asking, comparing, explaining, marking, publishing, reading, starting
from servicekit import web
from servicekit.web.schema import Nothing

blueprint = web.blueprint("runs", "/v1", description="Whole matches: computed, looked at, published.")


@blueprint.post("/programs/<program_id>/runs")
@web.operation("run.start", creates=True)
@blueprint.arguments(StartRun)
@blueprint.response(201, RunSchema)
def start_run(body: dict[str, Any], program_id: str) -> Response:
    """Start a whole match of everybody who holds a place now; nothing is published by it."""
    return web.command(
        lambda store, caller: starting.start_run(store, web.clock(), caller, program_id, **body),
        RunSchema,
        201,
        lambda run: f"/v1/runs/{run.id}",
    )


@blueprint.get("/programs/<program_id>/runs")
@web.operation("run.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, RunPage)
def list_runs(query: dict[str, Any], program_id: str) -> Response:
    """List a program's runs, the newest first."""
    found, following = reading.list_runs(web.store(), web.caller(), program_id, after(), web.limit())
    return web.page(found, RunSchema, position(following))


@blueprint.get("/runs/<run_id>")
@web.operation("run.read")
@blueprint.response(200, RunSchema)
def get_run(run_id: str) -> Response:
    """Read one run: how far it is, and what it came to."""
    return web.reply(reading.get_run(web.store(), web.caller(), run_id), RunSchema)


@blueprint.get("/runs/<run_id>/proposals")
@web.operation("proposal.list")
@blueprint.arguments(ProposalQuery, location="query")
@blueprint.response(200, ProposalPage)
def list_proposals(query: dict[str, Any], run_id: str) -> Response:
    """List a run's pairs; none before it is ready."""
    found, following = reading.list_proposals(
        web.store(),
        web.caller(),
        run_id,
        state=query["state"],
        marked=query["marked"],
        person_id=query["person"],
        order=query["order"],
        after=web.cursor(),
        limit=web.limit(),
    )
    return web.page(found, ProposalSchema, following)


@blueprint.get("/runs/<run_id>/unmatched")
@web.operation("proposal.list")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, UnmatchedPage)
def list_unmatched(query: dict[str, Any], run_id: str) -> Response:
    """List the mentees whom a run found nobody for, and why."""
    found, following = reading.list_unmatched(web.store(), web.caller(), run_id, after(), web.limit())
    return web.page(found, UnmatchedSchema, position(following))


@blueprint.get("/runs/<run_id>/comparison")
@web.operation("run.compare")
@blueprint.arguments(CompareQuery, location="query")
@blueprint.response(200, ComparisonSchema)
def compare_runs(query: dict[str, Any], run_id: str) -> Response:
    """What another run of the program changes: coverage, quality, fairness, people moved."""
    return web.reply(comparing.compare_runs(web.store(), web.caller(), run_id, query["with_"]), ComparisonSchema)


@blueprint.get("/runs/<run_id>/explanation")
@web.operation("run.explain")
@blueprint.arguments(PairQuery, location="query")
@blueprint.response(200, ExplainedSchema)
def explain_in_run(query: dict[str, Any], run_id: str) -> Response:
    """Why a run proposes this pair, or why not."""
    found = explaining.explain_in_run(web.store(), web.caller(), run_id, query["mentee"], query["mentor"])
    return web.reply(found, ExplainedSchema)


@blueprint.post("/runs/<run_id>/questions")
@web.operation("question.ask", creates=True)
@blueprint.arguments(PairBody)
@blueprint.response(201, QuestionSchema)
def ask(body: dict[str, Any], run_id: str) -> Response:
    """Ask why a run did not make a pair and what would change it; a worker finds out, by matching again."""
    return web.command(
        lambda store, caller: asking.ask(store, web.clock(), caller, run_id, **body),
        QuestionSchema,
        201,
        lambda question: f"/v1/runs/{run_id}/questions/{question.id}",
    )


@blueprint.get("/runs/<run_id>/questions/<question_id>")
@web.operation("question.read")
@blueprint.response(200, QuestionSchema)
def get_question(run_id: str, question_id: str) -> Response:
    """Read a question about a pair of a run, and its answer once there is one."""
    return web.reply(asking.get_question(web.store(), web.caller(), run_id, question_id), QuestionSchema)


@blueprint.post("/runs/<run_id>/solve")
@web.operation("run.solve", creates=True)
@blueprint.arguments(SolveAgain)
@blueprint.response(201, RunSchema)
def solve_again(body: dict[str, Any], run_id: str) -> Response:
    """Solve again around what is locked and forbidden: a new run over the same people."""
    return web.command(
        lambda store, caller: starting.solve_again(store, web.clock(), caller, run_id, **body),
        RunSchema,
        201,
        lambda run: f"/v1/runs/{run.id}",
    )


def _verb(use_case: Callable[..., Run], run_id: str) -> Response:
    expected = web.if_match(required=False)
    return web.command(lambda store, caller: use_case(store, web.clock(), caller, run_id, expected), RunSchema)


@blueprint.post("/runs/<run_id>/cancel")
@web.operation("run.cancel")
@blueprint.arguments(Nothing)
@blueprint.response(200, RunSchema)
def cancel_run(body: dict[str, Any], run_id: str) -> Response:
    """Stop a run that is not ready yet."""
    return _verb(starting.cancel_run, run_id)


@blueprint.post("/runs/<run_id>/discard")
@web.operation("run.discard")
@blueprint.arguments(Nothing)
@blueprint.response(200, RunSchema)
def discard_run(body: dict[str, Any], run_id: str) -> Response:
    """Throw a run's proposals away; they can still be read and compared."""
    return _verb(starting.discard_run, run_id)


@blueprint.post("/runs/<run_id>/publish")
@web.operation("run.publish")
@blueprint.arguments(Nothing)
@blueprint.response(200, RunSchema)
def publish_run(body: dict[str, Any], run_id: str) -> Response:
    """Make mentorships of a run's pairs, one by one; what became impossible is skipped and listed."""
    return _verb(publishing.publish_run, run_id)


def _mark(use_case: Callable[..., Proposal], body: dict[str, Any], run_id: str) -> Response:
    return web.command(lambda store, caller: use_case(store, caller, run_id, **body), ProposalSchema)


@blueprint.post("/runs/<run_id>/lock")
@web.operation("proposal.lock")
@blueprint.arguments(PairBody)
@blueprint.response(200, ProposalSchema)
def lock_pair(body: dict[str, Any], run_id: str) -> Response:
    """Let a pair stay when the rest is solved again."""
    return _mark(marking.lock_pair, body, run_id)


@blueprint.post("/runs/<run_id>/unlock")
@web.operation("proposal.unlock")
@blueprint.arguments(PairBody)
@blueprint.response(200, ProposalSchema)
def unlock_pair(body: dict[str, Any], run_id: str) -> Response:
    """Take a lock back."""
    return _mark(marking.unlock_pair, body, run_id)


@blueprint.post("/runs/<run_id>/forbid")
@web.operation("proposal.forbid")
@blueprint.arguments(PairBody)
@blueprint.response(200, ProposalSchema)
def forbid_pair(body: dict[str, Any], run_id: str) -> Response:
    """Neither publish a pair nor make it again; it need not have been proposed."""
    return _mark(marking.forbid_pair, body, run_id)


@blueprint.post("/runs/<run_id>/allow")
@web.operation("proposal.allow")
@blueprint.arguments(PairBody)
@blueprint.response(200, ProposalSchema)
def allow_pair(body: dict[str, Any], run_id: str) -> Response:
    """Take a ban back."""
    return _mark(marking.allow_pair, body, run_id)


@blueprint.post("/runs/<run_id>/replace")
@web.operation("proposal.replace")
@blueprint.arguments(PairBody)
@blueprint.response(200, ProposalSchema)
def replace_pair(body: dict[str, Any], run_id: str) -> Response:
    """Give a mentee this mentor by hand, in place of whom the match proposed; rules and seats are checked."""
    return _mark(marking.replace_pair, body, run_id)
