"""Where matching keeps its documents, and the questions it asks of them."""

from matching.repository.documents import DOCUMENTS
from matching.repository.unit import Unit

__all__ = ["DOCUMENTS", "Unit"]
