"""Reads program.yaml; a key that stands twice, bad YAML and every bad value are refused by name."""

from pathlib import Path
from typing import Any

import yaml

from engine.program import Program, ProgramRefused, read_program
from engine.read.refusals import InputRefused


class _OneOfEach(yaml.SafeLoader):
    """YAML in which no key stands twice: the later one would silently win."""


def _mapping(loader: _OneOfEach, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, str | int | float | bool | None) and key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key} stands twice", key_node.start_mark)
        if isinstance(key, str | int | float | bool | None):
            seen.add(key)
    return loader.construct_mapping(node, deep=True)


_OneOfEach.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_program_file(path: Path) -> Program:
    """The program of `path`; raises InputRefused with every reason, OSError where it cannot be opened."""
    try:
        document = yaml.load(path.read_text("utf-8-sig"), Loader=_OneOfEach)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise InputRefused([f"{path.name}: is not UTF-8; save the file as UTF-8"]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputRefused([f"{path.name}:{line}: {error.problem}; mend the YAML there"]) from error
    except yaml.YAMLError as error:
        raise InputRefused([f"{path.name}: {error}; mend the YAML"]) from error
    try:
        return read_program(document)
    except ProgramRefused as error:
        raise InputRefused(f"{path.name}: {problem}" for problem in error.problems) from error
