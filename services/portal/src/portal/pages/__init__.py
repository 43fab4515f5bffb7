"""The pages: which exist, who may see them without signing in, and what every one of them is given."""

from flask import Flask

from authlib.integrations.flask_client import OAuth
from portal.clients import Services
from portal.pages import frame, home, sign_in


def register(app: Flask, services: Services, oauth: OAuth, portal_url: str) -> None:
    """Add every page to the application."""
    frame.register(app, services)
    app.register_blueprint(sign_in.blueprint(oauth, services, portal_url))
    for page in (home,):
        app.register_blueprint(page.blueprint)
