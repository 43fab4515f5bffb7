"""The shapes of requests and replies, by noun."""
