"""What the process is told by its environment, every missing or bad name reported at once."""

import os
from dataclasses import dataclass, field, replace
from zoneinfo import available_timezones

from profiles.domain.group import RolesByGroup, roles_by_group
from servicekit.config import BadSettings, Environment, KitSettings


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """The kit's settings and this service's: how people sign in, and how tokens are signed."""

    signing_key_secret: str
    portal_client_id: str
    portal_client_secret: str
    oidc_issuer: str
    oidc_discovery_url: str
    oidc_audience: str
    oidc_link_claim: str
    oidc_trust_unverified_email: bool
    default_time_zone: str
    people_admin: str
    roles_by_group: RolesByGroup = field(default_factory=dict)
    import_folder: str = ""
    import_leavers: int = 20

    @staticmethod
    def from_env() -> "Settings":
        """The settings of this process.

        Raises:
            BadSettings: naming everything that is missing or cannot be.
        """
        env = Environment(os.environ)
        issuer = env.url("OIDC_ISSUER")
        settings = Settings(
            **KitSettings.read(env, service="profiles"),
            signing_key_secret=env.secret("SIGNING_KEY_SECRET"),
            portal_client_id=env.text("PORTAL_CLIENT_ID", default="portal"),
            portal_client_secret=env.secret("PORTAL_CLIENT_SECRET"),
            oidc_issuer=issuer,
            # Where containers reach the provider by another address than browsers do, this one is the containers'.
            oidc_discovery_url=env.url("OIDC_DISCOVERY_URL", default=_well_known(issuer)),
            oidc_audience=env.text("OIDC_AUDIENCE"),
            oidc_link_claim=env.text("OIDC_LINK_CLAIM", default="email"),
            oidc_trust_unverified_email=env.flag("OIDC_TRUST_UNVERIFIED_EMAIL", default=False),
            default_time_zone=env.text("DEFAULT_TIME_ZONE", default="UTC"),
            people_admin=env.text("PEOPLE_ADMIN", default=""),
            import_folder=env.text("PROFILES_IMPORT_FOLDER", default=""),
            # More leavers than these need somebody to confirm their number.
            import_leavers=env.integer("IMPORT_LEAVERS", default=20, least=0),
        )
        env.check()
        if settings.default_time_zone not in available_timezones():
            raise BadSettings(f"DEFAULT_TIME_ZONE must be an IANA time zone, not {settings.default_time_zone!r}")
        try:
            roles = roles_by_group(env.text("SCIM_ROLE_GROUPS", default=""))
        except ValueError as problem:
            raise BadSettings(f"SCIM_ROLE_GROUPS: {problem}") from problem
        return replace(settings, roles_by_group=roles)


def _well_known(issuer: str) -> str:
    """Where a provider describes itself; empty issuers were told of already."""
    return (issuer or "http://unset").rstrip("/") + "/.well-known/openid-configuration"
