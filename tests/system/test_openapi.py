"""Every operation of every service keeps its OpenAPI document's word, whatever nonsense it is sent."""

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from platform_client import sign_in
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = [pytest.mark.stack, pytest.mark.long]

# Nonsense is never a 500 and always answered as documented; what succeeds is refused without the token, and with a bad
# one. What exactly is refused, each service tests itself.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
SERVICES = ("profiles", "matching", "feedback", "notifications")


@pytest.fixture(scope="module")
def token(platform: dict[str, Any]) -> str:
    return sign_in(platform, platform["people"]["people_admin"])


@pytest.mark.parametrize("service", SERVICES)
def test_no_nonsense_breaks_the_document(platform: dict[str, Any], token: str, service: str) -> None:
    schema = schemathesis.openapi.from_url(f"{platform['services'][service]}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert operations
    with requests.Session() as session:
        for operation in operations:
            _try_nonsense_on(operation, session, {"Authorization": f"Bearer {token}"})


def _try_nonsense_on(operation: Any, session: requests.Session, headers: dict[str, str]) -> None:
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = strategies.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def is_answered(case: Any) -> None:
        case.call_and_validate(session=session, headers=headers, checks=CHECKS)

    is_answered()
