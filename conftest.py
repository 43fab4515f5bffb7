"""What all tests of this checkout share: the backing services (see `mentormesh.testing`)."""

pytest_plugins = ["mentormesh.testing"]
