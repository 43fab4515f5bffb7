"""The web pages that employees and program managers use."""
