"""People, profiles, vocabularies, clients and access: entities, rules and refusals; pure."""
