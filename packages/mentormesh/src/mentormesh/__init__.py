"""The mentormesh command: the local stack, its doctor, events and tokens, and matching a file."""
