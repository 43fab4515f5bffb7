"""The command: reads two files, matches, and writes the pairs, or checks and compares what was written."""

from pathlib import Path

import click

from engine.program import ProgramRefused
from engine.read import InputRefused
from mentormesh.match import compare as comparing
from mentormesh.match.explaining import explain_mentee, explain_pair
from mentormesh.match.running import read_inputs, run, summary, write_results
from mentormesh.match.verifying import violations

DONE, BROKEN, REFUSED = 0, 1, 2
INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--people", type=INPUT, help="Who takes part: people.csv.")
@click.option("--program", type=INPUT, help="What is asked of the match: program.yaml.")
@click.option("--out", type=OUTPUT, help="Where the pairs go; unmatched.csv is written beside it.")
@click.option("--existing", type=INPUT, help="Pairs of an earlier run, which stay where that costs little.")
@click.option("--report", type=OUTPUT, help="Write one HTML page that shows the result.")
@click.option("--json", "record", type=OUTPUT, help="Write the record of the run: figures, problems, input hash.")
@click.option("--certify", is_flag=True, help="Prove how far the result can be from the best over all pairs.")
@click.option("--strict", is_flag=True, help="Refuse a people file that has errors.")
@click.option("--explain", metavar="MENTEE", help="Say why this mentee has the mentor they have, or none.")
@click.option("--why-not", nargs=2, metavar="MENTEE MENTOR", help="Say why these two are no pair.")
@click.option("--verify", type=INPUT, metavar="PAIRS", help="Check a result against the rules instead of matching.")
@click.option("--run", "run_record", type=INPUT, help="With --verify: the run's record, by which fairness is judged.")
@click.pass_context
def match(
    context: click.Context,
    people: Path | None,
    program: Path | None,
    out: Path | None,
    existing: Path | None,
    report: Path | None,
    record: Path | None,
    certify: bool,
    strict: bool,
    explain: str | None,
    why_not: tuple[str, str] | None,
    verify: Path | None,
    run_record: Path | None,
) -> None:
    """Match the people of a file as a program says.

    Exit codes: 0 done; 1 --verify found a violation; 2 input, program or usage refused, and nothing was written.
    """
    if context.invoked_subcommand:
        return
    if people is None or program is None:
        raise click.UsageError("name both files: --people people.csv --program program.yaml")
    if verify:
        context.exit(_verified(people, program, verify, existing, run_record))
    if report and not out:
        raise click.UsageError("--report shows a written result: add --out pairs.csv")
    if out is None and explain is None and why_not is None:
        raise click.UsageError("say where the pairs go: --out pairs.csv")
    try:
        inputs = read_inputs(people, program, existing, strict)
        for line in inputs.printed():
            click.echo(line, err=True)
        result = run(inputs, certify)
        if out:
            write_results(inputs, result, out, record, report)
            click.echo(summary(result, out), err=True)
        if explain is not None:
            click.echo(explain_mentee(result, explain))
        if why_not is not None:
            click.echo(explain_pair(result, *why_not))
    except InputRefused as refused:
        context.exit(_refused(refused.reasons))
    except ProgramRefused as refused:
        context.exit(_refused(tuple(f"{program.name}: {problem}" for problem in refused.problems)))
    except OSError as error:
        context.exit(_refused((f"{error.filename or out}: {error.strerror}; choose a place that can be written",)))


@match.command()
@click.argument("first", type=INPUT)
@click.argument("second", type=INPUT)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.pass_context
def compare(context: click.Context, first: Path, second: Path, as_json: bool) -> None:
    """Show what the SECOND run record changes against the FIRST: coverage, quality, fairness, people moved."""
    try:
        click.echo(comparing.compare(first, second, as_json))
    except InputRefused as refused:
        context.exit(_refused(refused.reasons))


def _verified(people: Path, program: Path, pairs: Path, existing: Path | None, run_record: Path | None) -> int:
    try:
        found = violations(people, program, pairs, existing, run_record)
    except InputRefused as refused:
        return _refused(refused.reasons)
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} violations" if found else "No violation: the result obeys every rule.", err=True)
    return BROKEN if found else DONE


def _refused(reasons: tuple[str, ...]) -> int:
    for reason in reasons:
        click.echo(reason, err=True)
    click.echo("Refused; nothing was written.", err=True)
    return REFUSED
