"""What the process is told by its environment, every missing or bad name reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import available_timezones

from profiles.domain.access import GRANTABLE
from profiles.domain.erasure import Pace
from profiles.domain.group import RolesByGroup, roles_by_group
from profiles.issuer.provider import Trust
from servicekit.config import BadSettings, Environment, KitSettings

_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Settings(KitSettings):
    """The kit's settings and this service's: how people sign in, and how tokens are signed."""

    signing_key_secret: str
    portal_client_id: str
    portal_client_secret: str
    providers: tuple[Trust, ...]
    default_time_zone: str
    people_admin: str
    signing_key_lifetime: timedelta = timedelta(days=90)
    erasure: Pace = field(default_factory=Pace)
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
        settings = Settings(
            **KitSettings.read(env, service="profiles"),
            signing_key_secret=env.secret("SIGNING_KEY_SECRET"),
            portal_client_id=env.text("PORTAL_CLIENT_ID", default="portal"),
            portal_client_secret=env.secret("PORTAL_CLIENT_SECRET"),
            providers=tuple(_trust(env, prefix) for prefix in env.prefixes("OIDC", "OIDC_PROVIDERS").values()),
            default_time_zone=env.text("DEFAULT_TIME_ZONE", default="UTC"),
            people_admin=env.text("PEOPLE_ADMIN", default=""),
            signing_key_lifetime=timedelta(seconds=env.seconds("SIGNING_KEY_LIFETIME", default=90 * _DAY)),
            erasure=Pace(
                cool_off=timedelta(seconds=env.seconds("ERASURE_COOL_OFF", default=14 * _DAY)),
                receipts_within=timedelta(seconds=env.seconds("ERASURE_RECEIPTS_WITHIN", default=_DAY)),
                retell_after=timedelta(seconds=env.seconds("ERASURE_RETELL_AFTER", default=3900)),
                compaction_lag=timedelta(seconds=env.seconds("ERASURE_COMPACTION_LAG", default=_DAY + 3600)),
            ),
            import_folder=env.text("PROFILES_IMPORT_FOLDER", default=""),
            # More leavers than these need somebody to confirm their number.
            import_leavers=env.integer("IMPORT_LEAVERS", default=20, least=0),
        )
        env.check()
        if settings.default_time_zone not in available_timezones():
            raise BadSettings(f"DEFAULT_TIME_ZONE must be an IANA time zone, not {settings.default_time_zone!r}")
        if len({trust.issuer for trust in settings.providers}) < len(settings.providers):
            raise BadSettings("OIDC_PROVIDERS names two providers of one issuer")
        try:
            roles = roles_by_group(env.text("SCIM_ROLE_GROUPS", default=""))
        except ValueError as problem:
            raise BadSettings(f"SCIM_ROLE_GROUPS: {problem}") from problem
        return replace(settings, roles_by_group=roles)


def _trust(env: Environment, prefix: str) -> Trust:
    """One identity provider, whose settings begin with `prefix`."""
    issuer = env.url(f"{prefix}ISSUER")
    domains = env.text(f"{prefix}EMAIL_DOMAINS", default="").lower()
    return Trust(
        issuer=issuer,
        # Where containers reach the provider by another address than browsers do, this one is the containers'.
        discovery_url=env.url(f"{prefix}DISCOVERY_URL", default=_well_known(issuer)),
        audience=env.text(f"{prefix}AUDIENCE"),
        link_claim=env.text(f"{prefix}LINK_CLAIM", default="email"),
        trust_unverified_email=env.flag(f"{prefix}TRUST_UNVERIFIED_EMAIL", default=False),
        email_domains=frozenset(name.strip() for name in domains.split(",") if name.strip()),
        role_claim=env.text(f"{prefix}ROLE_CLAIM", default=""),
        role_map=_role_map(env, f"{prefix}ROLE_MAP"),
    )


def _role_map(env: Environment, name: str) -> Mapping[str, str]:
    """`group=role` pairs with commas; the claim's values are the operator's, the roles are the platform's."""
    roles = "|".join(GRANTABLE)
    pair = rf"[^=,]+=({roles})"
    meaning = f"pairs such as mentoring-managers=program_manager, with commas; roles are {', '.join(GRANTABLE)}"
    text = env.matching(name, rf"{pair}(,{pair})*", meaning, default="")
    pairs = (one.rpartition("=") for one in text.split(",") if "=" in one)
    return {value.strip(): role.strip() for value, _, role in pairs}


def _well_known(issuer: str) -> str:
    """Where a provider describes itself; empty issuers were told of already."""
    return (issuer or "http://unset").rstrip("/") + "/.well-known/openid-configuration"
