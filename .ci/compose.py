#!/usr/bin/env python3
"""Bring docker-compose.yml up, run the first journey against it, take it down; say so where no engine answers."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = "tests/system"


def compose(*words: str) -> int:
    return subprocess.run(["docker", "compose", *words], cwd=ROOT, check=False).returncode


def engine() -> bool:
    """Whether a container engine with Compose v2 answers."""
    if shutil.which("docker") is None:
        return False
    asked = [["docker", "info"], ["docker", "compose", "version"]]
    return all(subprocess.run(words, capture_output=True, check=False).returncode == 0 for words in asked)


def description() -> dict[str, object]:
    """The composed platform as `stack.json` describes a local one: what the tests read."""

    def url(name: str, port: int) -> str:
        return f"http://127.0.0.1:{os.environ.get(f'{name.upper()}_PORT', port)}"

    services = {"profiles": 8081, "matching": 8082, "feedback": 8083, "notifications": 8084}
    return {
        "portal": url("portal", 8080),
        "services": {name: url(name, port) for name, port in services.items()},
        "kafka": f"127.0.0.1:{os.environ.get('KAFKA_PORT', 9094)}",
        "mongodb": f"mongodb://127.0.0.1:{os.environ.get('MONGO_PORT', 27018)}/?directConnection=true",
        "mail": "compose:mail:/tmp",
        "identity": "http://identity.localhost:9400",
        "client_secret": os.environ.get("OIDC_CLIENT_SECRET", "development-only-client-secret-000000"),
        "people": {
            "mentee": "ana.silva@harbour.example",
            "mentor": "ben.okafor@harbour.example",
            "program_manager": "cara.lindqvist@harbour.example",
            "people_admin": "dora.novak@harbour.example",
        },
        "certifies": {"kafka": os.environ.get("KAFKA_IMAGE", "apache/kafka:4.3.1"), "mongodb": "the composed server"},
    }


def main() -> None:
    if not engine():
        sys.exit("test-compose needs a container engine with Compose v2, and none answers: nothing was tested.")
    try:
        if code := compose("up", "-d", "--build", "--wait"):
            compose("ps", "--all")
            compose("logs", "--tail", "40")
            sys.exit(code)
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
