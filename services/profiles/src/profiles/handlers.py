"""What this service does when an event arrives: nothing, since it owns what the others project.

The receipts of erasures are the only facts it is a consumer of (see `contracts.profiles`).
"""

from servicekit.handling import Handlers

HANDLERS: Handlers = {}
