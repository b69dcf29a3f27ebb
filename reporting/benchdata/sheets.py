"""One sheet for each table of the data set, in the order of their references."""

from sqlalchemy.orm import Session

from certification.awards.models import Award, Revocation
from certification.certificates.models import Certificate, CertificateState
from certification.competency.models import Evidence, Validation, ValidationState
from certification.exams.models import ExamResult
from courses.scheduling.models import (
    Attendance,
    ClassSession,
    Completion,
    Meeting,
    Result,
    Seat,
    SelfPacedEnrolment,
)
from lms.accounts.models import Account, AccountState, Membership, Organisation, Person, RoleGrant
from reporting.benchdata.bulk import Sheet
from reporting.benchdata.classes import MEETING_COLUMNS, SESSION_COLUMNS, SESSION_STATE


class Sheets:
    """The sheets by name."""

    def __init__(self, session: Session, *, now: str, sha256: str, size: int) -> None:
        def sheet(model: type, columns: str, **same: int | str | None) -> Sheet:
            return Sheet(session, model, columns, **same)

        self.organisation = sheet(
            Organisation,
            "code name search_name support_plan_id region_code is_partner",
            created_at=now,
        )
        self.person = sheet(
            Person, "public_id name sort_name search_name language time_zone created_at"
        )
        self.account = sheet(
            Account, "person_id email email_key created_at", state=AccountState.ACTIVE.value
        )
        self.membership = sheet(Membership, "person_id organisation_id started_on created_at")
        self.role = sheet(RoleGrant, "person_id role", granted_at=now)
        self.session = sheet(
            ClassSession,
            SESSION_COLUMNS,
            join_url="",
            state=SESSION_STATE,
            state_reason="",
            settled_seats=0,
            revision=1,
            created_at=now,
        )
        self.meeting = sheet(Meeting, MEETING_COLUMNS)
        self.seat = sheet(
            Seat,
            "class_session_id person_id organisation_id kind wanted_kind tier_rank number "
            "taken_at taken_by",
            end_reason="",
        )
        self.attendance = sheet(
            Attendance, "class_session_id person_id presence at by_person_id", mistake=""
        )
        self.result = sheet(
            Result, "class_session_id person_id outcome score at by_person_id", note="", mistake=""
        )
        self.self_paced = sheet(
            SelfPacedEnrolment,
            "person_id course_id course_version_id organisation_id started_at "
            "started_by finished_at",
        )
        self.completion = sheet(
            Completion,
            "person_id course_id course_version_id source source_id completed_on "
            "recorded_at recorded_by",
            withdrawn_reason="",
        )
        self.exam_result = sheet(
            ExamResult,
            "exam_id person_id taken_on score full_marks cut_score at by_person_id",
            passed=1,
            is_void=0,
            counts=1,
            note="",
        )
        self.validation = sheet(
            Validation,
            "person_id competency_id level asked_at asked_by observed_on decided_at decided_by",
            state=ValidationState.CONFIRMED.value,
            request_note="",
            decision_note="",
        )
        self.evidence = sheet(
            Evidence, "person_id competency_id level kind source_id shown_on recorded_at"
        )
        self.award = sheet(
            Award,
            "person_id scheme_id scheme_version_id awarded_on valid_until facts awarded_at",
            cycle=1,
        )
        self.revocation = sheet(
            Revocation, "award_id revoked_on public_reason at by_person_id", internal_note=""
        )
        self.certificate = sheet(
            Certificate,
            "code number award_id person_id holder_name achievement issued_on "
            "valid_until facts facts_sha256 supersedes_id supersession_reason created_at issued_at",
            state=CertificateState.ISSUED.value,
            document_sha256=sha256,
            document_size=size,
        )

    def all(self) -> list[Sheet]:
        """Every sheet, referenced ones first."""
        return list(vars(self).values())
