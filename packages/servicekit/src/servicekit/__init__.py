"""The chassis every MentorMesh service stands on: store, outbox, relay, consumer, HTTP edge, health."""
