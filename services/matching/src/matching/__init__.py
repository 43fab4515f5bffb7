"""Programs, enrolments, seats, recommendations, requests and mentorships."""
