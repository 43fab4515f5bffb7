"""What every unit test of matching may ask for."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matching.app import assemble
from servicekit.testing.routes import CompiledOnce
from servicekit.testing.web import Issuer

from .world import World

Flask.url_rule_class = CompiledOnce


@pytest.fixture
def world() -> World:
    """A fresh organisation."""
    return World()


@pytest.fixture
def issuer() -> Issuer:
    """Signs tokens."""
    return Issuer()


@pytest.fixture
def app(world: World, issuer: Issuer) -> Flask:
    """The service's application over the world's store."""
    return assemble(world.store, world.clock, issuer.verifier(), "s" * 32)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Calls it."""
    return app.test_client()
