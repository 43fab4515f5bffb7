"""People, mentoring profiles, vocabularies, clients and platform tokens."""
