#!/usr/bin/env python3
"""Bring docker-compose.yml up, run the first journey against it, take it down; say so where no engine answers."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/system/test_first_journey.py"
WRITE = "open('/opt/written', 'w').close()"


def compose(*words: str) -> int:
    return subprocess.run(["docker", "compose", *words], cwd=ROOT, check=False).returncode


def engine() -> bool:
    """Whether a container engine with Compose v2 answers."""
    if shutil.which("docker") is None:
        return False
    asked = [["docker", "info"], ["docker", "compose", "version"]]
    return all(subprocess.run(words, capture_output=True, check=False).returncode == 0 for words in asked)


def description() -> dict[str, Any]:
    """The composed platform as `stack.json` describes a local one, at the ports that the environment chooses."""
    known: dict[str, Any] = json.loads((ROOT / "deploy/development/stack.json").read_text())

    def at(part: str, usual: str) -> str:
        """The address with the port of PART_PORT, where that is set."""
        host, _, port = usual.rpartition(":")
        return f"{host}:{os.environ.get(f'{part.upper()}_PORT', port)}"

    known["portal"] = at("portal", known["portal"])
    known["services"] = {name: at(name, url) for name, url in known["services"].items()}
    known["kafka"] = at("kafka", known["kafka"])
    host, options = known["mongodb"].split("/?")
    known["mongodb"] = f"{at('mongo', host)}/?{options}"
    known["client_secret"] = os.environ.get("OIDC_CLIENT_SECRET", known["client_secret"])
    return known


def parts() -> list[dict[str, Any]]:
    """Compose's row for each running container: its name, service and image."""
    told = subprocess.run(["docker", "compose", "ps", "--format", "json"], cwd=ROOT, check=True, capture_output=True)
    return [json.loads(line) for line in told.stdout.splitlines() if line.strip()]


def inspect(*words: str) -> Any:
    """The first thing that the engine knows under that name."""
    return json.loads(subprocess.run(["docker", "inspect", *words], check=True, capture_output=True).stdout)[0]


def exposed(row: dict[str, Any]) -> list[str]:
    """What one container of ours lets its program do, which it should not."""
    known = inspect(row["Name"])
    inside = ["docker", "exec", row["Name"]]
    user = subprocess.run([*inside, "id", "-u"], capture_output=True, text=True, check=False).stdout.strip()
    wrote = subprocess.run([*inside, "python", "-c", WRITE], capture_output=True, check=False).returncode == 0
    host = known["HostConfig"]
    checks = {
        f"runs as user {user or 'unknown'}": not user.isdecimal() or int(user) == 0,
        "can write to its image": wrote or not host["ReadonlyRootfs"],
        "keeps capabilities": "ALL" not in (host["CapDrop"] or []),
        "may gain privileges": not any("no-new-privileges" in one for one in host["SecurityOpt"] or []),
        "has no health check": not known["State"].get("Health"),
    }
    return [what for what, true in checks.items() if true]


def hardened() -> bool:
    """Print the size of each image of ours, and what any container may do that it should not; whether all is well."""
    ours = [row for row in parts() if row["Image"].startswith("mentormesh/")]
    for image in sorted({row["Image"] for row in ours}):
        print(f"{image:36} {inspect('--type=image', image)['Size'] / 1e6:6.0f} MB")
    found = [f"{row['Service']} {what}" for row in ours for what in exposed(row)]
    print("\n".join(found) or f"{len(ours)} containers run as nobody in particular on read-only file systems.")
    return bool(ours) and not found


def main() -> None:
    if not engine():
        sys.exit("test-compose needs a container engine with Compose v2, and none answers: nothing was tested.")
    try:
        if code := compose("up", "-d", "--build", "--wait"):
            compose("ps", "--all")
            compose("logs", "--tail", "40")
            sys.exit(code)
        if not hardened():
            sys.exit(1)
        with tempfile.TemporaryDirectory() as folder:
            stack = Path(folder) / "stack.json"
            stack.write_text(json.dumps(description()))
            environment = {**os.environ, "MENTORMESH_STACK": str(stack)}
            words = [sys.executable, "-m", "pytest", TESTS, "-q"]
            code = subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode
    finally:
        compose("down", "--volumes")
    sys.exit(code)


if __name__ == "__main__":
    main()
