"""`mentormesh people`: what is done about single people from the command line."""

import click

from mentormesh.export import export


@click.group()
def people() -> None:
    """Export what the platform holds about somebody."""


people.add_command(export)
