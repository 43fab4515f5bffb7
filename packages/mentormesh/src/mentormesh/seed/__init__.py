"""The demonstration's people and their story, the same on every machine, made through the platform's own APIs."""
