"""The pages: which exist, who may see them without signing in, and what every one of them is given."""

from authlib.integrations.flask_client import OAuth
from flask import Flask

from portal.clients import Services
from portal.pages import (
    audit,
    completeness,
    frame,
    home,
    inbox,
    language,
    mentors,
    mentorships,
    my_data,
    numbers,
    people,
    profile,
    programs,
    questions,
    reasons,
    requests,
    runs,
    sign_in,
    times,
    words,
)
from portal.pages import sessions as meetings


def register(app: Flask, services: Services, oauth: OAuth, portal_url: str) -> None:
    """Add every page to the application."""
    language.register(app)
    times.register(app)
    words.register(app)
    reasons.register(app)
    numbers.register(app)
    questions.register(app)
    completeness.register(app)
    people.imports.register(app)
    frame.register(app, services)
    app.register_blueprint(sign_in.blueprint(oauth, services, portal_url))
    for page in (home, profile, my_data, mentors, requests, inbox, mentorships, meetings, programs, runs, questions,
                 people, audit):  # fmt: skip
        app.register_blueprint(page.blueprint)
