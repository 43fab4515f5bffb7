"""What this service is told by its environment."""

import os
from dataclasses import dataclass

from servicekit.config import Environment, KitSettings

_ADDRESS = r"[^<>@\s]+@[^<>@\s]+|[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>"


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """`smtp_url` is `smtp`, `smtps` or `smtp+starttls`; `mail_from` a name with an address; `portal_url` has no `/`."""

    smtp_url: str
    mail_from: str
    portal_url: str

    @staticmethod
    def from_env() -> "Settings":
        """Read the environment.

        Raises:
            BadSettings: naming every missing or bad variable.
        """
        env = Environment(os.environ)
        settings = Settings(
            **KitSettings.read(env, service="notifications"),
            smtp_url=env.url("SMTP_URL", schemes=("smtp", "smtps", "smtp+starttls")),
            mail_from=env.matching("MAIL_FROM", _ADDRESS, "an address such as MentorMesh <mentoring@example.org>"),
            portal_url=env.url("PORTAL_URL").rstrip("/"),
        )
        env.check()
        return settings
