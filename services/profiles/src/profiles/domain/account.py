"""What the organisation's identity provider calls a person, where it is more than HR's facts say."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Address:
    """One e-mail address of an account."""

    value: str
    type: str | None = None
    primary: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person's account as it was provisioned, so that the provider reads back what it wrote.

    `says_active` is false where the provider left that open and the person is active. `withdrawn` says that the
    provider deleted it: it is gone for the provider until it comes back, or the person does.
    """

    user_name: str
    display_name: str | None = None
    formatted_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    time_zone: str | None = None
    addresses: tuple[Address, ...] = ()
    says_active: bool = True
    withdrawn: bool = False

    @property
    def name(self) -> str:
        """The name that colleagues are shown, from the best that the provider said."""
        parts = " ".join(part for part in (self.given_name, self.family_name) if part)
        return self.display_name or self.formatted_name or parts or self.user_name

    @property
    def address(self) -> str:
        """Where this person is written to: the primary address, else the one of work, else the first, else the name."""
        best = sorted(self.addresses, key=lambda one: (not one.primary, one.type != "work"))
        return best[0].value if best else self.user_name
