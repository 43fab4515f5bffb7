"""What drives imports of people outside a request: the worker's loop, and the watched folder."""
