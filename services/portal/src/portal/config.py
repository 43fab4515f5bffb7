"""What the portal is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from servicekit.config import Environment


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Addresses of the services and of the identity provider, and where sessions are kept."""

    service: str = "portal"
    profiles_url: str
    matching_url: str
    feedback_url: str
    notifications_url: str
    portal_url: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    session_secret: str
    mongodb_uri: str
    mongodb_database: str
    bind: str
    web_workers: int
    web_threads: int
    log_level: str

    @classmethod
    def from_env(cls, variables: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment.

        Raises:
            BadSettings: naming every variable that is missing or bad.
        """
        env = Environment(variables)
        settings = cls(
            profiles_url=env.url("PROFILES_URL").rstrip("/"),
            matching_url=env.url("MATCHING_URL").rstrip("/"),
            feedback_url=env.url("FEEDBACK_URL").rstrip("/"),
            notifications_url=env.url("NOTIFICATIONS_URL").rstrip("/"),
            portal_url=env.url("PORTAL_URL").rstrip("/"),
            oidc_issuer=env.url("OIDC_ISSUER").rstrip("/"),
            oidc_client_id=env.text("OIDC_CLIENT_ID"),
            oidc_client_secret=env.secret("OIDC_CLIENT_SECRET", least=8),
            session_secret=env.secret("SESSION_SECRET"),
            mongodb_uri=env.text("MONGODB_URI"),
            mongodb_database=env.text("MONGODB_DATABASE", "portal"),
            bind=env.text("BIND", "127.0.0.1:8080"),
            web_workers=env.integer("WEB_WORKERS", 1),
            web_threads=env.integer("WEB_THREADS", 8),
            log_level=env.text("LOG_LEVEL", "info"),
        )
        env.check()
        return settings
