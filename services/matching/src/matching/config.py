"""What the process is told by its environment, every missing or bad name reported at once."""

import os
from dataclasses import dataclass

from servicekit.config import Environment, KitSettings

# What a child process needs of the environment; the rest, secrets above all, stays here.
_FOR_CHILDREN = ("PATH", "PYTHONPATH", "PYTHONHOME", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
_OF_BLAS = ("OPENBLAS_", "OMP_", "MKL_", "BLIS_")


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


def child_environment() -> dict[str, str]:
    """The environment of a solver's process: what starts an interpreter and steers its arithmetic, and no secret."""
    return {name: value for name, value in os.environ.items() if name in _FOR_CHILDREN or name.startswith(_OF_BLAS)}
