"""What the operator says of the identity providers, as the service understands it."""

import pytest

from profiles.config import Settings
from servicekit.config import BadSettings

ENVIRONMENT = {
    "MONGODB_URI": "mongodb://x",
    "KAFKA_BOOTSTRAP": "x:9092",
    "TOKEN_ISSUER": "https://profiles.test",
    "JWKS_URL": "https://profiles.test/keys",
    "CURSOR_SECRET": "c" * 32,
    "SIGNING_KEY_SECRET": "s" * 32,
    "PORTAL_CLIENT_SECRET": "p" * 32,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The variables that every installation sets."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_one_provider_is_described_without_a_name(environment: pytest.MonkeyPatch) -> None:
    for name, value in {"ISSUER": "https://idp.test/", "AUDIENCE": "portal"}.items():
        environment.setenv(f"OIDC_{name}", value)
    (only,) = Settings.from_env().providers
    assert (only.issuer, only.audience, only.link_claim) == ("https://idp.test/", "portal", "email")
    assert only.discovery_url == "https://idp.test/.well-known/openid-configuration"
    assert only.email_domains == frozenset()


def test_each_of_several_has_an_audience_claims_and_domains_of_its_own(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_PROVIDERS", "staff,partners")
    for name, value in {
        "STAFF_ISSUER": "https://idp.test",
        "STAFF_AUDIENCE": "portal",
        "STAFF_LINK_CLAIM": "employee_number",
        "STAFF_ROLE_CLAIM": "roles",
        "STAFF_ROLE_MAP": "Mentoring.Admin=people_admin",
        "PARTNERS_ISSUER": "https://partner.test",
        "PARTNERS_AUDIENCE": "mentoring",
        "PARTNERS_EMAIL_DOMAINS": "Partner.test, partner.example",
        "PARTNERS_TRUST_UNVERIFIED_EMAIL": "true",
    }.items():
        environment.setenv(f"OIDC_{name}", value)
    staff, partners = Settings.from_env().providers
    assert (staff.link_claim, staff.role_claim) == ("employee_number", "roles")
    assert dict(staff.role_map) == {"Mentoring.Admin": "people_admin"}
    assert (partners.audience, partners.trust_unverified_email) == ("mentoring", True)
    assert partners.email_domains == {"partner.test", "partner.example"}
    assert not partners.role_map


def test_what_is_missing_is_named_with_the_provider_s_name(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_PROVIDERS", "staff,partners")
    environment.setenv("OIDC_STAFF_ISSUER", "https://idp.test")
    environment.setenv("OIDC_STAFF_AUDIENCE", "portal")
    with pytest.raises(BadSettings, match=r"OIDC_PARTNERS_ISSUER.*OIDC_PARTNERS_AUDIENCE"):
        Settings.from_env()


def test_two_names_for_one_issuer_are_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_PROVIDERS", "one,two")
    for name in ("ONE", "TWO"):
        environment.setenv(f"OIDC_{name}_ISSUER", "https://idp.test")
        environment.setenv(f"OIDC_{name}_AUDIENCE", "portal")
    with pytest.raises(BadSettings, match="two providers of one issuer"):
        Settings.from_env()
