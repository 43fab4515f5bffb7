"""A person as a SCIM user, and a SCIM user as facts."""

from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidValueException, Meta, Reference, Resource

from profiles.api.scim.resources import (
    USER,
    AddressType,
    Email,
    EnterpriseUser,
    Language,
    Level,
    Manager,
    Membership,
    MentoringUser,
    Name,
    Zone,
)
from profiles.domain.account import Account, Address
from profiles.domain.group import Group
from profiles.domain.person import Person

# SCIM's attributes that programs see among a person's declared facts.
ATTRIBUTES = {
    "employee_number": "employee_number",
    "cost_center": "cost_center",
    "organization": "organization",
    "division": "division",
}
USER_TYPE = "user_type"


def user_of(person: Person, groups: list[Group]) -> Resource[Any]:
    """The user that a provider sees."""
    facts = person.facts
    account = _account(person)
    user: Any = USER(
        id=person.id,
        external_id=facts.external_id,
        user_name=account.user_name,
        name=_name(account),
        display_name=account.display_name,
        title=facts.title or None,
        user_type=facts.attributes.get(USER_TYPE),
        preferred_language=Language(facts.locale) if facts.locale else None,
        timezone=Zone(account.time_zone) if account.time_zone else None,
        active=person.may_come_in if account.says_active else None,
        emails=[_email(one) for one in account.addresses],
        groups=[Membership(value=one.id, ref=_ref("Groups", one.id), display=one.name) for one in groups] or None,
        meta=Meta(
            resource_type="User",
            created=person.registered_at,
            last_modified=person.changed_at or person.registered_at,
            version=version_of(person.version),
        ),
    )
    said: dict[str, Any] = {name: facts.attributes.get(key) for name, key in ATTRIBUTES.items()}
    enterprise = EnterpriseUser(**said, department=facts.department or None, manager=_manager(facts.manager_id))
    if enterprise != EnterpriseUser():
        user[EnterpriseUser] = enterprise
    level = None if facts.level is None else Level(str(facts.level))
    mentoring = MentoringUser(level=level, site=facts.site or None)
    if mentoring != MentoringUser():
        user[MentoringUser] = mentoring
    return user  # type: ignore[no-any-return]


def facts_of(user: Any, attributes: Mapping[str, str], default_time_zone: str) -> dict[str, Any]:
    """The facts that a user says, by their names in `Facts`; `attributes` are those that others said of them.

    Whom a manager's reference means is left to the caller.
    """
    account = _said(user)
    enterprise = user[EnterpriseUser] or EnterpriseUser()
    mentoring = user[MentoringUser] or MentoringUser()
    kept = {name: value for name, value in attributes.items() if name not in (*ATTRIBUTES.values(), USER_TYPE)}
    said = {key: getattr(enterprise, name) for name, key in ATTRIBUTES.items()} | {USER_TYPE: user.user_type}
    return {
        "account": account,
        "email": account.address,
        "name": account.name,
        "time_zone": account.time_zone or default_time_zone,
        "external_id": user.external_id or None,
        "title": user.title or "",
        "department": enterprise.department or "",
        "level": _level(mentoring.level),
        "site": mentoring.site or "",
        "locale": str(user.preferred_language) if user.preferred_language else None,
        "attributes": kept | {key: value for key, value in said.items() if value},
    }


def manager_said(user: Any) -> str | None:
    """Whom a user names as manager, by whatever name."""
    enterprise = user[EnterpriseUser]
    manager = enterprise.manager if enterprise else None
    if manager is None:
        return None
    return manager.value or (str(manager.ref).rstrip("/").rpartition("/")[2] if manager.ref else None)


def version_of(version: int) -> str:
    """A document's version as SCIM's weak ETag."""
    return f'W/"{version}"'


def version_expected(tag: str | None) -> int | None:
    """The version that an ETag of ours means."""
    return int(tag.removeprefix("W/").strip('"')) if tag else None


def _account(person: Person) -> Account:
    """The account that was provisioned, with what somebody else changed since; of others, what the facts say."""
    facts = person.facts
    work = (Address(value=facts.email, type="work", primary=True),)
    account = facts.account
    if account is None:
        return Account(user_name=facts.email, display_name=facts.name, addresses=work, time_zone=facts.time_zone)
    said: dict[str, Any] = dict(vars(account))
    if account.name != facts.name:
        said |= {"display_name": facts.name}
    if account.address != facts.email:
        said |= {"addresses": work}
    if account.time_zone is not None:
        said |= {"time_zone": facts.time_zone}
    return Account(**said)


def _name(account: Account) -> Name | None:
    name = Name(formatted=account.formatted_name, family_name=account.family_name, given_name=account.given_name)
    return None if name == Name() else name


def _email(address: Address) -> Email:
    return Email(value=address.value, type=AddressType(address.type) if address.type else None, primary=address.primary)


def _manager(manager_id: str | None) -> Manager | None:
    return None if manager_id is None else Manager(value=manager_id, ref=_ref("Users", manager_id))


def _ref(endpoint: str, id: str) -> Any:
    return Reference(f"{endpoint}/{id}")


def _said(user: Any) -> Account:
    name = user.name or Name()
    return Account(
        user_name=user.user_name.strip(),
        display_name=user.display_name or None,
        formatted_name=name.formatted or None,
        given_name=name.given_name or None,
        family_name=name.family_name or None,
        time_zone=str(user.timezone) if user.timezone else None,
        says_active=user.active is not None,
        addresses=tuple(
            Address(value=str(one.value), type=str(one.type) if one.type else None, primary=one.primary)
            for one in user.emails or ()
            if one.value
        ),
    )


def _level(said: object) -> int | None:
    if said is None:
        return None
    try:
        return int(str(said))
    except ValueError:
        raise InvalidValueException(detail="level: write a whole number; higher is more senior.") from None
