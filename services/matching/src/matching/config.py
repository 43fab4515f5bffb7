"""What the process is told by its environment, every missing or bad name reported at once."""

import os
from dataclasses import dataclass

from servicekit.config import Environment, KitSettings


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """The kit's settings; matching needs none of its own."""

    @staticmethod
    def from_env() -> "Settings":
        """The settings of this process.

        Raises:
            BadSettings: naming everything that is missing or cannot be.
        """
        env = Environment(os.environ)
        settings = Settings(**KitSettings.read(env, service="matching"))
        env.check()
        return settings
