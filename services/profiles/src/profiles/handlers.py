"""What this service does when an event arrives: it takes the receipts of erasures, and knows everything else first."""

from functools import partial

from contracts import Envelope, feedback, matching, notifications, profiles
from profiles.domain.erasure import Pace
from profiles.ports import Store
from profiles.use_cases.erasures import record_receipt
from servicekit.caller import Caller
from servicekit.clock import Clock
from servicekit.handling import Handler, Handlers

SYSTEM = Caller.system("profiles")
RECEIPTS = (
    profiles.ReceiptRecorded,
    matching.ReceiptRecorded,
    feedback.ReceiptRecorded,
    notifications.ReceiptRecorded,
)
Receipt = profiles.ReceiptRecorded | matching.ReceiptRecorded | feedback.ReceiptRecorded | notifications.ReceiptRecorded


def on_receipt_recorded(store: Store, clock: Clock, envelope: Envelope, *, pace: Pace) -> None:
    """A service destroyed what it held about somebody."""
    told = envelope.data
    assert isinstance(told, Receipt)
    service = told.contract.service
    record_receipt(store, clock, SYSTEM, service, told.erasure_id, told.person_id, told.destroyed, pace=pace)


def handlers(pace: Pace) -> Handlers:
    """The table, with how long erasures take here."""
    return dict.fromkeys(RECEIPTS, Handler(partial(on_receipt_recorded, pace=pace)))
