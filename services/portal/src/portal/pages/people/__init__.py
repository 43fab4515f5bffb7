"""The people admins' pages: finding people, one person, imports, clients, erasures, words."""

from portal.pages.people import clients, erasures, finding, imports, person, vocabulary
from portal.pages.people.blueprint import blueprint

__all__ = ["blueprint", "clients", "erasures", "finding", "imports", "person", "vocabulary"]
