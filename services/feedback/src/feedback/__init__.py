"""The journey of a mentorship: sessions, reviews and health."""
