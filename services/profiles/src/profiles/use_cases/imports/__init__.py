"""Importing people from HR files; each step of it is one transaction that can be repeated after a worker's death."""
