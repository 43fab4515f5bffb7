"""The adapters of sign-in: the keys that sign platform tokens, and the provider that vouches for people."""
