"""Where this service keeps its documents, and the questions it asks of them."""

from profiles.repository.documents import DOCUMENTS
from profiles.repository.unit import Unit

__all__ = ["DOCUMENTS", "Unit"]
