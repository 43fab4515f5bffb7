"""The pages: which exist, who may see them without signing in, and what every one of them is given."""

from flask import Flask

from portal.pages import (
    answers,
    archives,
    audit,
    back_channel,
    changes,
    completeness,
    consent,
    devices,
    frame,
    home,
    inbox,
    language,
    mentors,
    mentorships,
    my_data,
    my_sessions,
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
from portal.pages.around import Around

__all__ = ["Around", "register"]


def register(app: Flask, around: Around) -> None:
    """Add every page to the application."""
    language.register(app)
    times.register(app)
    words.register(app)
    reasons.register(app)
    changes.register(app)
    numbers.register(app)
    questions.register(app)
    completeness.register(app)
    people.imports.register(app)
    devices.register(app)
    frame.register(app, around)
    app.register_blueprint(sign_in.blueprint(around))
    back_channel.register(app, around)
    for page in (home, profile, my_data, my_sessions, consent, mentors, requests, inbox, mentorships, meetings,
                 programs, runs, questions, answers, people, audit, archives):  # fmt: skip
        app.register_blueprint(page.blueprint)
