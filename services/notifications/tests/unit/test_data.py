"""Everything that this service holds about a person."""

import json

import jsonschema
import pytest

from notifications.use_cases.data import gather
from servicekit.caller import Caller
from servicekit.holdings import described
from servicekit.refusals import Forbidden
from servicekit.testing import FrozenClock

from .conftest import ASKED, Store, Tell

pytestmark = pytest.mark.usefixtures("known")


def test_somebody_reads_how_they_are_reached_and_what_they_were_told(
    store: Store, clock: FrozenClock, tell: Tell
) -> None:
    tell(ASKED)
    for reader in (Caller.person("prs_ben"), Caller.person("prs_dora", "people_admin")):
        told = described("notifications", "prs_ben", clock.now(), gather(store, reader, "prs_ben"))
        jsonschema.validate(json.loads(json.dumps(told["data"])), told["schema"])
        assert "@" in told["data"]["contact"][0]["email"]
        assert [message["notice"]["kind"] for message in told["data"]["messages"]] == ["request_received"]
        assert [delivery["channel"] for delivery in told["data"]["deliveries"]] == ["email"]


def test_nobody_else_reads_it(store: Store) -> None:
    for stranger in (Caller.person("prs_ana"), Caller.person("prs_eve", "auditor", "program_manager")):
        with pytest.raises(Forbidden):
            gather(store, stranger, "prs_ben")
