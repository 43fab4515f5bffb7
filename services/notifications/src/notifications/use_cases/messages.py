"""Messages: given when a fact tells somebody something, read and put away by that person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notifications import permissions
from notifications.domain.delivery import by_email
from notifications.domain.known import Contact, Program
from notifications.domain.message import Kind, Message, Notice, message_id
from notifications.domain.preferences import Preferences
from notifications.domain.texts import Text, words_for, written
from notifications.ports import Place, Store, Unit
from servicekit.caller import Caller
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class InboxItem:
    """A message in its reader's words; `link` is a page of the portal."""

    id: str
    version: int
    kind: Kind
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None
    archived_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """A page of somebody's inbox; `next` is where the page after it begins."""

    items: tuple[InboxItem, ...]
    unread: int
    next: Place | None


def give_messages(store: Store, clock: Clock, caller: Caller, event_id: str, notices: Sequence[Notice]) -> None:
    """Tell people what a fact means to them: once per event, however often it is told."""
    permissions.require(caller, "message.give")
    now = clock.now()

    def work(unit: Unit) -> None:
        unit.prefetch(Message, [message_id(event_id, index) for index in range(len(notices))])
        unit.prefetch(Preferences, [notice.person_id for notice in notices])
        for index, notice in enumerate(notices):
            known = unit.get(Message, message_id(event_id, index)) is not None
            if not known and not notice.comes_too_late(now):
                _give(unit, message_id(event_id, index), event_id, notice, now)

    store.atomically(work)


def read_inbox(store: Store, caller: Caller, before: Place | None, limit: int, language: str | None = None) -> Inbox:
    """A page of the caller's inbox, the newest first; in `language` where they ask for one, else in their own."""
    permissions.require(caller, "inbox.read")

    def work(unit: Unit) -> Inbox:
        found = unit.inbox_of(caller.id, before, limit + 1)
        page = found[:limit]
        items = _in_words(unit, caller.id, page, language)
        last = page[-1] if len(found) > limit else None
        return Inbox(
            items=tuple(items), unread=unit.unread_of(caller.id), next=(last.created_at, last.id) if last else None
        )

    return store.reading(work)


def read_message(store: Store, clock: Clock, caller: Caller, id: str, language: str | None = None) -> InboxItem:
    """The caller has seen a message."""
    now = clock.now()
    return _change(store, caller, "message.read", id, lambda message: message.read(now), language)


def archive_message(store: Store, clock: Clock, caller: Caller, id: str, language: str | None = None) -> InboxItem:
    """The caller puts a message away."""
    now = clock.now()
    return _change(store, caller, "message.archive", id, lambda message: message.archived(now), language)


def text_of(unit: Unit, message: Message, language: str | None = None) -> Text:
    """A message in its person's words (or in `language`), with the names that are known now."""
    notice = message.notice
    unit.prefetch(Contact, [message.person_id, *notice.other_ids])
    reader = unit.get(Contact, message.person_id) or Contact(id=message.person_id)
    if language is not None and words_for(reader.locale).language != language:
        reader = replace(reader, locale=language)
    others = [unit.get(Contact, id) or Contact(id=id) for id in notice.other_ids]
    return written(notice, reader, others, unit.get(Program, notice.program_id))


def _give(unit: Unit, id: str, event_id: str, notice: Notice, now: datetime) -> None:
    wishes = unit.get(Preferences, notice.person_id) or Preferences(id=notice.person_id)
    message = unit.save(
        Message(
            id=id,
            person_id=notice.person_id,
            notice=notice,
            event_id=event_id,
            created_at=now,
            in_inbox=wishes.wants(notice.kind, "inbox"),
        )
    )
    delivery = by_email(message, now)
    if wishes.wants(notice.kind, "email"):
        unit.save(delivery)
    else:
        suppressed, event = delivery.suppressed("preference")
        unit.save(suppressed, event)


def _change(
    store: Store,
    caller: Caller,
    operation: str,
    id: str,
    change: Callable[[Message], Message],
    language: str | None,
) -> InboxItem:
    def work(unit: Unit) -> InboxItem:
        message = unit.require(Message, id)
        permissions.require(caller, operation, permissions.standing(caller, message.person_id), knows=False)
        changed = change(message)
        if changed != message:
            changed = unit.save(changed)
        return _in_words(unit, caller.id, [changed], language)[0]

    return store.atomically(work)


def _in_words(unit: Unit, person_id: str, messages: Sequence[Message], language: str | None) -> list[InboxItem]:
    unit.prefetch(Contact, [person_id, *(id for message in messages for id in message.notice.other_ids)])
    unit.prefetch(Program, [message.notice.program_id for message in messages])
    return [_item(message, text_of(unit, message, language)) for message in messages]


def _item(message: Message, text: Text) -> InboxItem:
    return InboxItem(
        id=message.id,
        version=message.version,
        kind=message.notice.kind,
        title=text.title,
        body=text.body,
        link=message.notice.link,
        created_at=message.created_at,
        read_at=message.read_at,
        archived_at=message.archived_at,
    )
