"""The `mentormesh` command: names every command and loads the module of one only when it is called."""

from importlib import import_module

import click

# command -> (where its click object lives, its line in `mentormesh --help`). The line stands here so that help, and
# `mentormesh match` on a machine without the platform's packages, import nothing else.
COMMANDS = {
    "match": ("mentormesh.match.command:match", "Match the people of a file; needs no broker and no database."),
    "up": ("mentormesh.stack.command:up", "Start the local stack."),
    "down": ("mentormesh.stack.command:down", "Stop the local stack."),
    "status": ("mentormesh.stack.command:status", "Show what runs, where it listens, and where its log is."),
    "doctor": ("mentormesh.doctor:doctor", "Check this machine and the running stack, and say what to mend."),
    "token": ("mentormesh.tokens:token", "Print a platform token for one person of the local stack."),
    "events": ("mentormesh.events:events", "Tail topics; list, release or drop parked events."),
    "people": ("mentormesh.people:people", "Import people from an HR file, or export what is held about one."),
    "audit": ("mentormesh.audit:audit", "Verify the audit log of a service, or export it."),
    "topics": ("mentormesh.topics:topics", "Print the topics that the platform needs."),
    "acl": ("mentormesh.topics:acl", "Print the access lists that the platform needs."),
    "seed": ("mentormesh.seed.command:seed", "Fill the platform with 500 people, two programs and 60 mentorships."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mentormesh")
def main() -> None:
    """MentorMesh on the command line."""


if __name__ == "__main__":
    main(prog_name="mentormesh")
