"""The query string of the list of customers; what cannot be is left out, so that an old link still opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.store.customers.model import CustomerFilter, CustomerSort

NAMES = ("text", "tier", "kind", "owner_id", "tag", "sort", "descending", "after")


@dataclass(frozen=True, slots=True)
class CustomersQuery:
    """What is asked of the list."""

    values: Mapping[str, str]
    """Only what is not empty."""
    filter: CustomerFilter
    sort: CustomerSort
    descending: bool

    @property
    def shown(self) -> Mapping[str, str]:
        """The value of every field of the form, empty ones included."""
        return {name: self.values.get(name, "") for name in NAMES}

    def address(self, path: str = "/customers", **changed: str) -> str:
        """Return an address of this list with some values changed; empty ones go."""
        values = {**self.values, **changed}
        kept = {name: values[name] for name in (*NAMES, "format") if values.get(name)}
        return f"{path}?{urlencode(kept)}" if kept else path


def read_query(sent: Mapping[str, str]) -> CustomersQuery:
    """Return what a query string asks for."""
    values = {name: sent[name].strip()[:200] for name in NAMES if sent.get(name, "").strip()}
    known = {"tier": Tier, "kind": CustomerKind, "sort": CustomerSort}
    values = {
        name: value
        for name, value in values.items()
        if name not in known or value in {member.value for member in known[name]}
    }
    owner = values.get("owner_id", "")
    return CustomersQuery(
        values,
        CustomerFilter(
            text=values.get("text", ""),
            tier=Tier(values["tier"]) if "tier" in values else None,
            kind=CustomerKind(values["kind"]) if "kind" in values else None,
            owner_id=int(owner) if owner.isascii() and owner.isdecimal() and len(owner) < 10 else None,
            tag=values.get("tag", ""),
        ),
        CustomerSort(values.get("sort", CustomerSort.CHANGED.value)),
        values.get("descending", "true") != "false",
    )
