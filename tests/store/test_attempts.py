"""Addresses as attempts are counted by."""

from __future__ import annotations

import pytest

from callcoach.store.attempts import address_key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("x" * 99, "x" * 64),
    ],
)
def test_one_machine_is_one_key(address: str, key: str) -> None:
    assert address_key(address) == key
