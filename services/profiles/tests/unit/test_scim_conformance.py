"""The SCIM service as scim2-tester sees it: nothing that it publishes of itself is untrue."""

from collections.abc import Callable

from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from profiles.domain.person import Person

from .conftest import Api
from .test_scim import token_of_a_provider


def test_the_tester_finds_nothing(api: Api, admin: Person, register: Callable[..., Person]) -> None:
    headers = {"Authorization": f"Bearer {token_of_a_provider(api)}"}
    client = WSGISCIMClient(api.app, base_url="http://profiles.test/scim/v2", headers=headers)
    results = check_server(client)
    wrong = [f"{one.title} {one.resource_type}: {one.reason}" for one in results if one.status == Status.ERROR]
    assert wrong == []
    assert sum(one.status == Status.SUCCESS for one in results) > 100
