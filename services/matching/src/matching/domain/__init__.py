"""The match's own words: programs, enrolments, seats, requests, mentorships, and the rules that bind them; pure."""
