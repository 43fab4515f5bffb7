"""The words in English."""

from notifications.domain.texts.words import Words

WORDS = Words(
    language="en",
    greeting="Hello {name},",
    open_page="Open in MentorMesh",
    why="You get this message because you take part in mentoring.",
    change="Choose what you are told",
    session_with="Mentoring: {names}",
    somebody="A colleague",
    some_program="Mentoring",
    soon="soon",
    notices={
        "request_received": (
            "{other} would like to work with you",
            "{other} sent you a mentoring request in “{program}”. Please answer by {deadline}.",
        ),
        "request_reminded": (
            "{other} is waiting for your answer",
            "The mentoring request from {other} in “{program}” is still open. It expires on {deadline}.",
        ),
        "request_accepted": (
            "{other} said yes",
            "{other} accepted your mentoring request in “{program}”. You can schedule your first session now.",
        ),
        "request_declined": (
            "{other} is not available",
            "{other} cannot take up your mentoring request in “{program}”. There are other people you can ask.",
        ),
        "request_withdrawn": (
            "{other} withdrew the request",
            "The mentoring request from {other} in “{program}” is closed. There is nothing for you to do.",
        ),
        "request_expired": (
            "Your request to {other} has expired",
            "{other} did not answer your mentoring request in “{program}” in time. Here is who fits you next.",
        ),
        "request_superseded": (
            "The request between you and {other} is closed",
            "The mentoring request between you and {other} in “{program}” is no longer open.",
        ),
        "request_rerouted": (
            "{other} was asked in their place",
            "Nobody answered your request in “{program}”, so {other}, your next choice, was asked for you.",
        ),
        "enrolment_approved": (
            "You take part in “{program}”",
            "Your place in “{program}” is confirmed. Have a look at what comes next.",
        ),
        "enrolment_rejected": (
            "No place for you in “{program}” this time",
            "Your application for “{program}” could not be accepted. The people who run the program can tell you more.",
        ),
        "enrolment_waitlisted": (
            "You are on the waitlist of “{program}”",
            "All places in “{program}” are taken at the moment. You will be told when one is free.",
        ),
        "mentorship_proposed": (
            "{other} could be a good match for you",
            "You and {other} are proposed to work together in “{program}”. Please confirm by {deadline}.",
        ),
        "mentorship_started": (
            "Your mentorship with {other} has started",
            "You and {other} now work together in “{program}”. The first step is to schedule a session.",
        ),
        "mentorship_declined": (
            "The proposal with {other} is closed",
            "You and {other} will not work together in “{program}” for now. There is nothing for you to do.",
        ),
        "mentorship_expired": (
            "The proposal with {other} has expired",
            "The proposal that you and {other} work together in “{program}” was not confirmed in time.",
        ),
        "mentorship_ended": (
            "Your mentorship with {other} has ended",
            "Your mentorship with {other} in “{program}” is over. What you wrote down together can still be read.",
        ),
        "session_scheduled": (
            "Session with {other}: {when}",
            "A session with {other} is planned for {when}, {minutes} minutes.",
        ),
        "session_rescheduled": (
            "Session with {other} moved: {when}",
            "The session with {other} now takes place on {when}, {minutes} minutes.",
        ),
        "session_cancelled": (
            "Session with {other} cancelled",
            "The session with {other} on {when} does not take place.",
        ),
        "session_reminded": (
            "Soon: session with {other}",
            "Your session with {other} is on {when}, {minutes} minutes. A look at the agenda helps you both.",
        ),
        "session_missed": (
            "Session with {other} did not take place",
            "The session with {other} on {when} was not held. You can schedule another one.",
        ),
        "review_due": (
            "How was your session with {other}?",
            "Tell {other} what helped you. They can read it once they wrote something too, or after 14 days.",
        ),
        "review_revealed": (
            "{other} wrote to you about your session",
            "You can now read what {other} said about your session.",
        ),
        "place_free": (
            "A place in “{program}” is free",
            "Somebody on the waitlist of “{program}” could have it. It is for you to decide.",
        ),
        "run_ready": (
            "The match of “{program}” is ready",
            "You can look at the proposed pairs in “{program}” now. Nothing is public yet.",
        ),
        "run_failed": (
            "The match of “{program}” failed",
            "The match that you started in “{program}” ended without a result. The page says why.",
        ),
        "run_published": (
            "The match of “{program}” is published",
            "The proposed pairs in “{program}” are with their people now. The page lists what had to be skipped.",
        ),
    },
)
