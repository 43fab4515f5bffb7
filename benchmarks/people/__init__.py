"""The people benchmark: imports, SCIM, tokens, the search and erasure, each beside the bare figures of the same run."""
