"""The journey of a mentorship: its entities, rules and refusals, without any I/O."""
