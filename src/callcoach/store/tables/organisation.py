"""People, their teams, and the names by which telephone systems know them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from callcoach.principal import Role
from callcoach.store.tables.base import Base, text_enum


class TeamRow(Base):
    """A team of agents."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)


class PersonRow(Base):
    """Somebody who can sign in. People are never deleted, only made inactive: the history names them."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True, index=True)
    """In small letters; None: not known. 254: the longest a mail system takes (RFC 5321, erratum 1690)."""
    role: Mapped[Role] = mapped_column(text_enum(Role))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class MembershipRow(Base):
    """A person in a team: as one of its agents, or as who leads it, by the person's role."""

    __tablename__ = "memberships"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True)


class AgentNameRow(Base):
    """A name or extension by which a telephone system knows a person; calls find their agent by it."""

    __tablename__ = "agent_names"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
