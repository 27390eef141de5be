"""What can be known of a rule while the call still goes on.

Takes a condition and what was heard so far; says whether its places can be told before the end, when it
is worth asking again, and which of its places nothing that comes later can take back. Importing this
package makes the answers of all kinds known, one module each family; a kind that none of them lists is
taken to need the whole call: late is better than wrong.
"""

from __future__ import annotations

from callcoach.rules.knowable import combined, measured, said
from callcoach.rules.knowable.core import (
    AtEnd,
    News,
    Progress,
    closed,
    final_to_s,
    holds,
    instant,
    only_at_end,
    settled,
    worth_asking,
)

__all__ = [
    "AtEnd",
    "News",
    "Progress",
    "closed",
    "combined",
    "final_to_s",
    "holds",
    "instant",
    "measured",
    "only_at_end",
    "said",
    "settled",
    "worth_asking",
]
