"""Tables of patients: who they are, how they are reached and found, and the file numbers they had."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, String, Text, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, SoftDeleted, Tenant, Versioned, code_column

# what patient search looks in: both names folded, their name keys, and the file number
PATIENT_SEARCH = (
    "px_fold(coalesce(name_ar, '') || ' ' || coalesce(name_en, '') || ' ' || mrn) || ' ' || "
    "px_fold_name(coalesce(name_ar, '')) || ' ' || px_fold_name(coalesce(name_en, ''))"
)
CHANNELS = ("sms", "whatsapp", "email")


class Patient(Tenant, SoftDeleted, Versioned, Record, Base):
    """A patient of a hospital, found by file number, name in either script, phone, e-mail address or identity number."""

    __tablename__ = "patients"
    __table_args__ = (
        Index("uq_patients_mrn", "hospital_id", "mrn", unique=True, postgresql_where=text("archived_at IS NULL")),
        Index("ix_patients_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_patients_search_prefix", "search", "id"),
        Index("ix_patients_phone_reversed", "phone_reversed"),
        Index(
            "ix_patients_email",
            literal_column("lower(email)").label("address"),
            postgresql_ops={"address": "text_pattern_ops"},
            postgresql_where=text("email <> ''"),
        ),
        Index("ix_patients_national_id", "national_id", "hospital_id"),
        Index("ix_patients_merged_into_id", "merged_into_id"),
    )

    mrn: Mapped[str] = mapped_column(code_column(40))
    name_en: Mapped[str] = mapped_column(default="")
    name_ar: Mapped[str] = mapped_column(default="")
    # collation "C": the plain index serves both the beginning of a name and the order of the list
    search: Mapped[str] = mapped_column(Text(collation="C"), Computed(PATIENT_SEARCH, persisted=True))
    national_id: Mapped[str | None] = mapped_column(code_column(20), default=None)
    phone_e164: Mapped[str] = mapped_column(code_column(20), default="")
    phone_tail: Mapped[str] = mapped_column(code_column(12), default="")  # the last nine digits
    phone_reversed: Mapped[str] = mapped_column(
        String(12, collation="C"), Computed("reverse(phone_tail)", persisted=True)
    )  # the end of a number is the beginning of this
    email: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[date | None] = mapped_column(default=None)
    sex: Mapped[str] = mapped_column(code_column(1), default="")
    nationality: Mapped[str] = mapped_column(code_column(3), default="")
    language: Mapped[str] = mapped_column(code_column(5), default="ar")
    consents: Mapped[dict[str, Any]] = mapped_column(default=dict)  # channel -> {"given": bool, "at": instant}
    deceased_at: Mapped[datetime | None] = mapped_column(default=None)
    guardian_name: Mapped[str] = mapped_column(default="")
    guardian_phone_e164: Mapped[str] = mapped_column(code_column(20), default="")
    guardian_relation: Mapped[str] = mapped_column(code_column(20), default="")
    no_contact: Mapped[bool] = mapped_column(default=False)
    is_test: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("patients.id"), default=None)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def refuses(self) -> frozenset[str]:
        """The channels on which the patient wants no messages."""
        return frozenset(channel for channel, said in (self.consents or {}).items() if not said["given"])


class PatientIdentifier(Tenant, Record, Base):
    """A file number that a patient had before two records were merged; it keeps finding the record that stays."""

    __tablename__ = "patient_identifiers"
    __table_args__ = (UniqueConstraint("hospital_id", "mrn"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    mrn: Mapped[str] = mapped_column(code_column(40))
