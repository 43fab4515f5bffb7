"""The JSON shapes of requests and replies."""
