"""What this service is told by its environment."""

import os
from dataclasses import dataclass

from servicekit.config import Environment, KitSettings


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """The kit's settings; this service needs none of its own."""

    @staticmethod
    def from_env() -> "Settings":
        """Read the environment.

        Raises:
            BadSettings: naming every missing or bad variable.
        """
        env = Environment(os.environ)
        settings = Settings(**KitSettings.read(env, service="feedback"))
        env.check()
        return settings
