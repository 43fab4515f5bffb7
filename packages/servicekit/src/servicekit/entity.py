"""What every stored thing has: an id and a version that counts its writes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A frozen record kept as one document.

    `version` is 0 until the first save; each save raises it by one. It serves the ETag and guards every write.
    """

    id: str
    version: int = 0
