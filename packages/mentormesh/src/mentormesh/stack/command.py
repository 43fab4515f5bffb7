"""`mentormesh up | down | status`."""

import json
from typing import Any

import click

from mentormesh.stack.folder import Folder, chosen_root

root_option = click.option(
    "--root", metavar="FOLDER", help="The stack's folder; else $MENTORMESH_LOCAL, else .local of this checkout."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
NAMES = ("backing", "profiles", "matching", "feedback", "notifications", "portal")


@click.command()
@root_option
@json_option
@click.option("--only", metavar="NAMES", help=f"Start these alone, comma-separated, of {', '.join(NAMES)}.")
@click.option("--ports", type=click.Choice(["friendly", "auto"]), default="friendly", help="auto: any free ports.")
@click.option("--port", "chosen", multiple=True, metavar="PART=NUMBER", help="The port of one part; repeatable.")
@click.option(
    "--broker", type=click.Choice(["auto", "kafka", "noida"]), default="auto", help="kafka: refuse a stand-in."
)
def up(root: str | None, as_json: bool, only: str | None, ports: str, chosen: tuple[str, ...], broker: str) -> None:
    """Start the local stack: broker, document server, identity provider, mail sink, services and portal.

    What runs already is left alone, so a second `up` is harmless. Data survives `down`.
    """
    from mentormesh.stack import lifecycle
    from mentormesh.stack.ports import parse

    wanted = lifecycle.Wanted(_services(only), parse(chosen), ports == "auto", broker)
    description = lifecycle.up(Folder(chosen_root(root)), wanted, _tell(as_json))
    if as_json:
        click.echo(json.dumps(description, indent=2))
        return
    if description["broker"] == "noida":
        click.secho(f"The broker is {description['certifies']['kafka']}.", fg="yellow", err=True)
    click.echo(_welcome(description))


@click.command()
@root_option
@json_option
@click.option("--wipe", is_flag=True, help="Also remove all data, logs, mail and secrets of this stack.")
def down(root: str | None, as_json: bool, wipe: bool) -> None:
    """Stop the local stack. Data stays unless --wipe."""
    from mentormesh.stack import lifecycle

    stopped = lifecycle.down(Folder(chosen_root(root)), wipe, _tell(as_json))
    if as_json:
        click.echo(json.dumps({"stopped": stopped, "wiped": wipe}))
    else:
        click.echo(f"{len(stopped)} processes stopped." if stopped else "Nothing was running.")


@click.command()
@root_option
@json_option
def status(root: str | None, as_json: bool) -> None:
    """Show each process: state, address, memory, log. Ends with 1 where one died or none runs."""
    from mentormesh.stack import lifecycle

    folder = Folder(chosen_root(root))
    rows = lifecycle.status(folder)
    if as_json:
        click.echo(json.dumps({"root": str(folder.root), "processes": rows}, indent=2))
    elif not rows:
        click.echo(f"Nothing runs in {folder.root}. Start it with `mentormesh up`.")
    else:
        for row in rows:
            colour = "green" if row["state"] == "running" else "red"
            click.echo(
                f"{row['name']:22} {click.style(row['state'], fg=colour):16} {row['memory_mb']:7.0f} MB  "
                f"{row['address']:32} {row['log']}"
            )
        click.echo(f"{'together':29} {sum(row['memory_mb'] for row in rows):9.0f} MB")
    if not rows or any(row["state"] != "running" for row in rows):
        raise SystemExit(1)


def _services(only: str | None) -> tuple[str, ...]:
    if only is None:
        return NAMES[1:]
    asked = [name.strip() for name in only.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in NAMES]:
        raise click.BadParameter(f"no part is called {unknown[0]!r}; choose of {', '.join(NAMES)}", param_hint="--only")
    return tuple(name for name in NAMES[1:] if name in asked)


def _tell(quiet: bool) -> Any:
    def tell(part: str, news: str) -> None:
        if not quiet:
            click.echo(f"  {part:22} {news}", err=True)

    return tell


def _welcome(stack: dict[str, Any]) -> str:
    lines = ["", "The local stack is up."]
    if stack["portal"]:
        lines.append(f"  Portal         {stack['portal']}")
    lines += [f"  {name:14} {url}/openapi.json" for name, url in stack["services"].items()]
    lines += [
        f"  Kafka          {stack['kafka']}   ({stack['certifies']['kafka']})",
        f"  MongoDB        {stack['mongodb']}",
        f"  Mail           {stack['mail']}",
        f"  Identity       {stack['identity']}   (type any of the addresses below)",
        "",
        "Sign in as",
        *[f"  {role:16} {email}" for role, email in stack["people"].items()],
        "",
        "Stop with `mentormesh down`; `mentormesh status` shows logs and memory.",
    ]
    return "\n".join(lines)
