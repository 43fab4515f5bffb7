"""A run's verbs: start, watch, read, mark pairs, solve again, publish; and the work of the worker that computes it."""
