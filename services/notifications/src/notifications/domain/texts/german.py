"""The words in German."""

from notifications.domain.texts.words import Words

WORDS = Words(
    language="de",
    greeting="Hallo {name},",
    open_page="In MentorMesh öffnen",
    why="Du bekommst diese Nachricht, weil du am Mentoring teilnimmst.",
    change="Auswählen, worüber du informiert wirst",
    session_with="Mentoring: {names}",
    somebody="Jemand aus dem Kollegium",
    some_program="Mentoring",
    soon="bald",
    notices={
        "request_received": (
            "{other} möchte mit dir arbeiten",
            "{other} hat dir in „{program}“ eine Mentoring-Anfrage geschickt. Bitte antworte bis {deadline}.",
        ),
        "request_reminded": (
            "{other} wartet auf deine Antwort",
            "Die Mentoring-Anfrage von {other} in „{program}“ ist noch offen. Sie verfällt am {deadline}.",
        ),
        "request_accepted": (
            "{other} hat zugesagt",
            "{other} hat deine Mentoring-Anfrage in „{program}“ angenommen. Vereinbare jetzt das erste Treffen.",
        ),
        "request_declined": (
            "{other} ist nicht verfügbar",
            "{other} kann deine Mentoring-Anfrage in „{program}“ nicht annehmen. Du kannst andere fragen.",
        ),
        "request_withdrawn": (
            "{other} hat die Anfrage zurückgezogen",
            "Die Mentoring-Anfrage von {other} in „{program}“ ist geschlossen. Du musst nichts tun.",
        ),
        "request_expired": (
            "Deine Anfrage an {other} ist verfallen",
            "{other} hat deine Mentoring-Anfrage in „{program}“ nicht rechtzeitig beantwortet. Schau, wer noch passt.",
        ),
        "request_superseded": (
            "Die Anfrage zwischen dir und {other} ist geschlossen",
            "Die Mentoring-Anfrage zwischen dir und {other} in „{program}“ ist nicht mehr offen.",
        ),
        "request_rerouted": (
            "{other} wurde an deren Stelle gefragt",
            "Auf deine Anfrage in „{program}“ kam keine Antwort. Darum wurde {other}, deine nächste Wahl, gefragt.",
        ),
        "enrolment_approved": (
            "Du nimmst an „{program}“ teil",
            "Dein Platz in „{program}“ ist bestätigt. Sieh nach, wie es weitergeht.",
        ),
        "enrolment_rejected": (
            "Diesmal kein Platz in „{program}“",
            "Deine Bewerbung für „{program}“ konnte nicht angenommen werden. Die Verantwortlichen sagen dir gern mehr.",
        ),
        "enrolment_waitlisted": (
            "Du stehst auf der Warteliste von „{program}“",
            "Alle Plätze in „{program}“ sind derzeit vergeben. Du erfährst, wenn einer frei wird.",
        ),
        "mentorship_proposed": (
            "{other} könnte gut zu dir passen",
            "Für „{program}“ wird vorgeschlagen, dass du und {other} zusammenarbeiten. Bitte bestätige bis {deadline}.",
        ),
        "mentorship_started": (
            "Dein Mentoring mit {other} hat begonnen",
            "Du und {other} arbeitet jetzt in „{program}“ zusammen. Der erste Schritt ist ein Termin.",
        ),
        "mentorship_declined": (
            "Der Vorschlag mit {other} ist erledigt",
            "Du und {other} arbeitet in „{program}“ vorerst nicht zusammen. Du musst nichts weiter tun.",
        ),
        "mentorship_expired": (
            "Der Vorschlag mit {other} ist abgelaufen",
            "Der Vorschlag, dass du und {other} in „{program}“ zusammenarbeitet, wurde nicht rechtzeitig bestätigt.",
        ),
        "mentorship_ended": (
            "Dein Mentoring mit {other} ist beendet",
            "Dein Mentoring mit {other} in „{program}“ ist zu Ende. Was ihr notiert habt, bleibt lesbar.",
        ),
        "session_scheduled": (
            "Treffen mit {other}: {when}",
            "Ein Treffen mit {other} ist geplant: {when}, {minutes} Minuten.",
        ),
        "session_rescheduled": (
            "Treffen mit {other} verschoben: {when}",
            "Das Treffen mit {other} hat einen neuen Termin: {when}, {minutes} Minuten.",
        ),
        "session_cancelled": (
            "Treffen mit {other} abgesagt",
            "Das Treffen mit {other} am {when} findet nicht statt.",
        ),
        "session_reminded": (
            "Demnächst: Treffen mit {other}",
            "Dein Treffen mit {other}: {when}, {minutes} Minuten. Ein Blick auf die Themen hilft euch beiden.",
        ),
        "session_missed": (
            "Treffen mit {other} hat nicht stattgefunden",
            "Das Treffen mit {other} am {when} hat nicht stattgefunden. Ihr könnt ein neues vereinbaren.",
        ),
        "review_due": (
            "Wie war dein Treffen mit {other}?",
            "Sag {other}, was dir geholfen hat. Lesbar wird es, sobald beide geschrieben haben, oder nach 14 Tagen.",
        ),
        "review_revealed": (
            "{other} hat dir zu eurem Treffen geschrieben",
            "Du kannst jetzt lesen, was {other} zu eurem Treffen sagt.",
        ),
        "place_free": (
            "Ein Platz in „{program}“ ist frei",
            "Jemand auf der Warteliste von „{program}“ könnte ihn haben. Die Entscheidung liegt bei dir.",
        ),
        "run_ready": (
            "Die Zuordnung von „{program}“ ist fertig",
            "Du kannst dir die vorgeschlagenen Paare in „{program}“ jetzt ansehen. Noch ist nichts veröffentlicht.",
        ),
        "run_failed": (
            "Die Zuordnung von „{program}“ ist fehlgeschlagen",
            "Die Zuordnung, die du in „{program}“ gestartet hast, endete ohne Ergebnis. Die Seite sagt, warum.",
        ),
        "run_published": (
            "Die Zuordnung von „{program}“ ist veröffentlicht",
            "Die vorgeschlagenen Paare in „{program}“ wissen nun voneinander. Die Seite zeigt, was entfallen musste.",
        ),
    },
)
