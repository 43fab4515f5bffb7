"""Inbox, e-mail, preferences, the delivery log and the event feed."""
