"""What somebody wants to be told, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from notifications.domain.message import Kind
from servicekit.entity import Entity

Channel = Literal["inbox", "email"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CHANNELS: tuple[Channel, ...] = get_args(Channel)


@dataclass(frozen=True, kw_only=True)
class Preferences(Entity):
    """One person's choices; the id is the person's. A kind or channel without a choice is on."""

    choices: dict[str, dict[str, bool]] = field(default_factory=dict)

    def wants(self, kind: Kind, channel: Channel) -> bool:
        """Whether to tell this kind over this channel."""
        return self.choices.get(kind, {}).get(channel, True)

    def chosen(self, choices: Mapping[str, Mapping[str, bool]]) -> "Preferences":
        """Other choices; a kind or channel that is left out is on again."""
        return replace(self, choices={kind: dict(channels) for kind, channels in choices.items()})

    @property
    def kinds(self) -> dict[str, dict[str, bool]]:
        """Every kind with every channel, as it stands."""
        return {kind: {channel: self.wants(kind, channel) for channel in CHANNELS} for kind in KINDS}
