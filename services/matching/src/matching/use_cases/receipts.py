"""The receipt of an erasure: that all is destroyed here, and how much it was."""

from collections.abc import Mapping

from contracts.matching import ReceiptRecorded
from matching.domain.person import Erasure
from matching.ports.unit import Unit


def give_receipt(unit: Unit, erasure_id: str, person_id: str, destroyed: Mapping[str, int]) -> None:
    """Say it, once for each erasure."""
    if unit.get(Erasure, erasure_id) is None:
        receipt = ReceiptRecorded(erasure_id=erasure_id, person_id=person_id, destroyed=dict(destroyed))
        unit.save(Erasure(id=erasure_id, person_id=person_id), receipt)
