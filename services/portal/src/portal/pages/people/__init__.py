"""The people admins' pages: finding people, one person, imports, clients, erasures."""

from portal.pages.people import clients, erasures, finding, imports, person
from portal.pages.people.blueprint import blueprint

__all__ = ["blueprint", "clients", "erasures", "finding", "imports", "person"]
