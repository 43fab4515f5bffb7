"""The people benchmark: imports, SCIM and the search, each beside the bare document server of the same run."""
