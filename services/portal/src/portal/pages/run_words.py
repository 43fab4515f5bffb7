"""The codes of runs in a reader's words: states, stages, failures, and why two people are not a pair."""

from portal.pages.language import N_

RUN_STATES = {
    "queued": N_("Waiting to begin"),
    "running": N_("Being computed"),
    "ready": N_("Ready to look over"),
    "publishing": N_("Being published"),
    "published": N_("Published"),
    "discarded": N_("Discarded"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
}
STAGES = {
    "snapshot": N_("Gathering who takes part"),
    "encode": N_("Preparing their profiles"),
    "candidates": N_("Finding out who fits whom"),
    "solve": N_("Choosing the best pairs for all"),
    "certify": N_("Proving how good the result is"),
    "explain": N_("Writing down why"),
    "keep": N_("Keeping the result"),
}
FAILURES = {
    "refused": N_("The match cannot be made by these terms. Change what is named below, then start again."),
    "solver_died": N_(
        "The computation stopped three times without a result, probably for lack of memory. "
        "Start again; if it happens again, tell your operator."
    ),
    "worker_died": N_(
        "The computer that worked on it went away three times. Start again; if it happens again, tell your operator."
    ),
}
OBJECTIVES = {
    "best_total": N_("The best fit for all together"),
    "most_people": N_("A mentor for as many as possible"),
    "stable": N_("No two would rather have each other"),
}
CONFIRMATIONS = {
    "both": N_("both, mentor and mentee"),
    "mentor": N_("the mentor"),
    "none": N_("nobody; they start at once"),
}
PARTS_OF_FIT = {
    "skills": N_("Skills wanted and offered"),
    "goals": N_("Goals and themes"),
    "seniority": N_("Gap in experience"),
    "availability": N_("Time in common"),
    "diversity": N_("Another point of view"),
}
TERMS = {
    "group": N_("group size"),
    "weights": N_("what counts how much"),
    "seniority": N_("gap in levels"),
    "diversity": N_("differences that count"),
    "wishes": N_("what a wish counts"),
    "rules": N_("rules"),
    "floor": N_("least fit"),
    "objective": N_("what the match looks for"),
    "fairness": N_("fairness"),
    "spread": N_("spreading mentees over mentors"),
    "stickiness": N_("keeping pairs"),
    "seed": N_("order of equal pairs"),
    "attributes": N_("further attributes"),
    "as_of": N_("day of time zones"),
}
ATTRIBUTES = {
    "department": N_("Department"),
    "level": N_("Level"),
    "site": N_("Site"),
    "remote": N_("Way of working"),
    "time_zone": N_("Time zone"),
}
# Of a mentee without a mentor.
UNMATCHED = {
    "nobody": N_("There is nobody on the other side."),
    "no_seat": N_("All places with people who would fit went to pairs that fit better."),
    "lost_seat": N_("The place with each mentor who would fit went to a pair that fits better."),
    "shared_language": N_("Nobody who is left shares a language with them."),
    "max_time_zone_hours": N_("Everybody who is left is too many hours away."),
    "meet": N_("Everybody who is left is at another site, or does not meet remotely."),
    "opted_out": N_("Everybody who is left does not want to be matched at present."),
    "reporting_line": N_("Everybody who is left is in their reporting line."),
    "private": N_("A private reason of the people concerned."),
    "capacity": N_("Nobody who is left has a free place."),
    "floor": N_("Nobody who is left fits well enough."),
    "min_level_gap": N_("Nobody who is left is senior enough."),
    "forbidden": N_("The pairs that remain are forbidden."),
    "direction": N_("Whoever is left would better be mentored by them."),
}
# Of one pair: what keeps the two apart.
RULES = {
    "shared_language": N_("They share no language."),
    "max_time_zone_hours": N_("Their time zones are further apart than the program allows."),
    "meet": N_("They are at different sites and do not both meet remotely."),
    "opted_out": N_("One of them does not want to be matched at present."),
    "reporting_line": N_("One of them is in the other's reporting line."),
    "private": N_("A private reason."),
    "capacity": N_("The mentor takes no more mentees."),
    "floor": N_("They fit less well than the program asks for at least."),
    "min_level_gap": N_("The mentor is not as much more senior as the program asks."),
    "forbidden": N_("This pair is forbidden."),
    "oneself": N_("Nobody can mentor themselves."),
    "direction": N_("They fit better the other way round."),
    "unknown": N_("One of them has no approved place in the program."),
    "role": N_("One of them does not take part in this role."),
    "not_available": N_("This mentor is not available."),
}
# What would lift a rule between two people.
HELPS = {
    "shared_language": N_("A language that both of them speak would help."),
    "max_time_zone_hours": N_("A program that allows more hours between time zones would help."),
    "meet": N_("It would help if both met remotely, or were at the same site."),
    "opted_out": N_("It would help if both took part in the match again."),
    "reporting_line": N_("A program that allows pairs of one reporting line would help."),
    "capacity": N_("One more place with the mentor would help."),
    "floor": N_("More skills, goals or free hours in common would help, or a lower least fit of the program."),
    "min_level_gap": N_("A program that asks for a smaller gap of levels would help."),
    "forbidden": N_("It would help to take the pair out of those that are forbidden."),
    "direction": N_("They can be matched the other way round."),
    "unknown": N_("An approved place of both in the program would help, and time zones that are known here."),
    "role": N_("An approved place in that role would help."),
}
# What would help a mentee without a mentor.
HELPS_ALONE = {
    "nobody": N_("Mentors in the program would help."),
    "no_seat": N_("More people who would fit would help, or more places with them."),
    "shared_language": N_("Another language on their list would help."),
    "max_time_zone_hours": N_("A program that allows more hours between time zones would help."),
    "meet": N_("Meeting remotely would help."),
    "opted_out": N_("Mentors who take part again would help."),
    "reporting_line": N_("A program that allows pairs of one reporting line would help."),
    "capacity": N_("More places with mentors would help."),
    "floor": N_("More skills, goals or free hours in common would help, or a lower least fit of the program."),
    "min_level_gap": N_("A program that asks for a smaller gap of levels would help."),
    "forbidden": N_("It would help to take pairs of theirs out of those that are forbidden."),
}
# Why the match did not make a pair, where no rule keeps the two apart.
VERDICTS = {
    "price": N_("With this pair the whole comes out worse."),
    "rank": N_("Whoever has the mentor's places ranks higher there, or the mentee prefers the mentor they have."),
    "no_room": N_("The locked pairs of this run leave the two no room."),
    "locked": N_("The mentee is in a locked pair."),
    "made": N_("The match itself makes this pair; what was changed by hand, or who left since, undid it."),
}
# Of many candidates: how many a rule removed.
REMOVED = {
    "shared_language": N_("no language in common"),
    "max_time_zone_hours": N_("too many hours away"),
    "meet": N_("another site, not remote"),
    "opted_out": N_("not to be matched at present"),
    "reporting_line": N_("in their reporting line"),
    "private": N_("private reasons"),
    "capacity": N_("no free place"),
    "floor": N_("fit too little"),
    "min_level_gap": N_("not senior enough"),
    "forbidden": N_("forbidden"),
    "direction": N_("fit the other way round"),
}
SKIPPED = {
    "not_available": N_("A rule keeps them apart by now, or one of them lost their place in the program."),
    "no_seat_left": N_("One of them has no free place any more."),
    "already_paired": N_("They work together already."),
    "wrong_state": N_("The program takes nobody any more."),
    "not_yet_known": N_("One of them was not known to the match any more."),
}
CODES = {
    "run_state": RUN_STATES, "stage": STAGES, "failure": FAILURES, "objective": OBJECTIVES, "term": TERMS,
    "part_of_fit": PARTS_OF_FIT,
    "confirmation": CONFIRMATIONS, "attribute": ATTRIBUTES, "unmatched": UNMATCHED, "rule": RULES,
    "help": HELPS, "help_alone": HELPS_ALONE, "verdict": VERDICTS, "removed": REMOVED, "skipped": SKIPPED,
}  # fmt: skip
