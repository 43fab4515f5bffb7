"""Notices and how they reach people, without any I/O."""
