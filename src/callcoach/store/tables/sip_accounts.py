"""The accounts with which agents' softphones register at the PBX."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.store.tables.base import Base


class SipAccountRow(Base):
    """A person's account at the PBX."""

    __tablename__ = "sip_accounts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    extension: Mapped[str] = mapped_column(String(120))
    auth_user: Mapped[str] = mapped_column(String(120), default="")
    """Empty: the extension."""
    password: Mapped[str] = mapped_column(String(1000))
    """Sealed with the server's key."""
    registrar: Mapped[str] = mapped_column(String(250), default="")
    """Empty: the setting `sip.registrar`."""
    display_name: Mapped[str] = mapped_column(String(120), default="")
    starts: Mapped[bool] = mapped_column(default=False)
    """Whether the server runs this person's softphone."""
    changed_at: Mapped[datetime]
