"""What a rule or a reason says to its reader, and what would help: by the codes that the match tells."""

# Why two are kept apart.
WORDS = {
    "shared_language": "They share no language.",
    "max_time_zone_hours": "Their time zones are further apart than the program allows.",
    "meet": "They are at different sites and do not both meet remotely.",
    "opted_out": "One of them is not to be matched at present.",
    "reporting_line": "One of them is in the other's reporting line.",
    "private": "A private reason.",
    "capacity": "The mentor has no free seat.",
    "floor": "The score is below the program's floor.",
    "min_level_gap": "The mentor is not as much more senior as the program asks.",
    "forbidden": "The program forbids this pair.",
    "oneself": "Nobody can mentor themselves.",
    "direction": "They fit better the other way round.",
    "unknown": "One of them holds no approved place in the program, or is in a time zone that is not known here.",
    "role": "One of them does not take part in this role.",
    "not_available": "This mentor is not available.",
}
# The smallest change of people or program by which the rule stands in the way no more; what is private has none told.
HELPS = {
    "shared_language": "A language that both of them speak.",
    "max_time_zone_hours": "A program that allows more hours between time zones.",
    "meet": "Both meeting remotely, or the same site.",
    "opted_out": "Both taking part in the match again.",
    "reporting_line": "A program that allows pairs of one reporting line.",
    "capacity": "One more seat of the mentor.",
    "floor": "More skills, goals or free hours in common, or a lower floor of the program.",
    "min_level_gap": "A program that asks for a smaller gap of levels.",
    "forbidden": "Taking the pair out of those that are forbidden.",
    "direction": "Asking the other way round.",
    "unknown": "An approved place of both in the program, and time zones that are known here.",
    "role": "An approved place in that role.",
}
# Why a run found nobody for a mentee.
ALONE = {
    "nobody": "There is nobody on the other side.",
    "no_seat": "All seats of their candidates went to pairs that add more.",
    "lost_seat": "Each seat of their candidates went to a pair that adds more.",
    "shared_language": "Nobody who is left shares a language with them.",
    "max_time_zone_hours": "Everybody who is left is more hours away than the program allows.",
    "meet": "Everybody who is left is at another site, or does not meet remotely.",
    "opted_out": "Everybody who is left is not to be matched at present.",
    "reporting_line": "Everybody who is left stands above or below them in the reporting line.",
    "private": "What remains is private to the people concerned.",
    "capacity": "Nobody who is left has a free seat.",
    "floor": "No pair reaches the score that the program asks for at least.",
    "min_level_gap": "Nobody who is left is senior enough.",
    "forbidden": "The pairs that remain are forbidden.",
    "direction": "Those who are left would better be mentored by them.",
}
# The smallest change of people or program by which somebody is left for them.
HELPS_ALONE = {
    "nobody": "Mentors in the program.",
    "no_seat": "More people who would fit, or more seats of theirs.",
    "shared_language": "Another language on their list.",
    "max_time_zone_hours": "A program that allows more hours between time zones.",
    "meet": "Meeting remotely.",
    "opted_out": "Mentors who take part again.",
    "reporting_line": "A program that allows pairs of one reporting line.",
    "capacity": "More seats of mentors.",
    "floor": "More skills, goals or free hours in common, or a lower floor of the program.",
    "min_level_gap": "A program that asks for a smaller gap of levels.",
    "forbidden": "Taking pairs of theirs out of those that are forbidden.",
}
