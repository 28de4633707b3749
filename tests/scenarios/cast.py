"""One application of the small programme, and everybody who may or may not act on it."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from jalon.accounts.models import User
from jalon.accounts.standing import Standing, standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.applications.actions.answers import add_answer_document, save_answers
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answers_of, stored_answers
from jalon.applications.states import ChapterState
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_pdf
from jalon.documents.actions import receive_file
from jalon.documents.models import Document
from jalon.evidence.actions.deposits import deposit_link
from jalon.evidence.queries import slot_views
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import SlotState
from jalon.journal.models import Entry
from jalon.messaging.models import Message
from jalon.notices.models import Mail, Notice
from jalon.vendors.actions import grant_access
from tests.kept import kept
from tests.scenarios.people import RIVAL, person, product, staff
from tests.scenarios.small import SMALL_CODE, open_small_programme

OF_THE_AGENCY = tuple(StaffRoleName)


_ANSWERS: dict[str, Any] = {}


def _is_files(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, int) for one in value)


@dataclass
class Company:
    """The play of one application, its people by name, and what they left behind."""

    play: Play
    users: dict[str, User]
    serial: Any = field(default_factory=count)

    def __getitem__(self, name: str) -> Standing:
        """The standing of somebody now: "agent", "delegate", "employee", "rival", "verifier", "manager"…"""
        return standing_of(self.users[name])

    @property
    def number(self) -> str:
        return self.play.number

    @property
    def application(self) -> Application:
        return Application.objects.get(number=self.number)

    def file(self, owner: str = "agent", name: str = "attestation.pdf") -> Document:
        """A new file of that person's company."""
        standing = self[owner]
        assert standing.company_id is not None
        data = sample_pdf(f"{name}-{next(self.serial)}")
        return receive_file(
            actor=standing,
            company_id=standing.company_id,
            name=name,
            chunks=[data],
            formats=["pdf"],
            max_bytes=10**7,
        )

    # --- The path, quickly: the answers found once are given at once, and proofs are links where they may be

    @kept
    def submitted(self) -> "Company":
        if not _ANSWERS:
            self.play.fill()
            kept = answers_of(self.application)
            given = stored_answers(self.application)
            _ANSWERS.update({key: kept[key] for key in given if not _is_files(kept[key])})
        save_answers(
            actor=self["agent"],
            number=self.number,
            values={key: (value, 0) for key, value in _ANSWERS.items()},
        )
        for key in ("cnda_filing", "scope_documents"):
            add_answer_document(
                actor=self["agent"], number=self.number, field=key, document_id=self.file().pk
            )
        self.play.submit()
        return self

    @kept
    def eligible(self) -> "Company":
        self.submitted().play.find_eligible()
        return self

    def give(self, chapter: str) -> "Company":
        """Fill every open slot of a chapter, with something else than what was sent back."""
        definition = definition_for(self.application)
        self.play.choose_ways(chapter)
        for view in slot_views(self.application, chapter):
            if not view.is_open or view.state == SlotState.DEPOSITED:
                continue
            if any(kind.form == "link" for kind in kinds_of(definition, view.expected)):
                url = f"https://preuves.example/{next(self.serial)}"
                deposit_link(actor=self["agent"], number=self.number, item_key=view.key, url=url)
            else:
                self.play.deposit_slot(view, next(self.serial))
        return self

    @kept
    def proven(self, *chapters: str) -> "Company":
        for chapter in chapters or tuple(self.play.chapters(ChapterState.TO_COMPLETE)):
            self.give(chapter).play.submit_chapters([chapter]).judge(chapter).close(chapter)
        return self

    # --- What was left behind

    def events(self) -> list[str]:
        chain = f"application:{self.number}"
        return list(Entry.objects.filter(chain=chain).order_by("seq").values_list("event", flat=True))

    def told(self, kind: str) -> list[str]:
        """Who was told, by name, in alphabetical order."""
        return self._names(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))

    def mailed(self, kind: str) -> list[str]:
        by_address = {user.email: name for name, user in self.users.items()}
        return sorted(by_address[m.recipient] for m in Mail.objects.filter(kind=kind))

    def messages(self) -> list[str]:
        return list(Message.objects.order_by("pk").values_list("body", flat=True))

    def _names(self, ids: Any) -> list[str]:
        names = {user.pk: name for name, user in self.users.items()}
        return sorted(names[pk] for pk in ids)


@kept
def open_application_of_everybody(
    chapters: int = 2, *, ageing: bool = False, every_format: bool = False
) -> Company:
    """Opened by the mandataire; the salarié "employee" is attached to the product, "stranger" is not."""
    wanted = {"ageing": ageing, "every_format": every_format}
    open_small_programme(chapters, **{name: True for name, wish in wanted.items() if wish})
    users = {
        "agent": person("agent"),
        "delegate": person("delegate", CompanyRole.DELEGATE, family_name="Durand"),
        "employee": person("employee", CompanyRole.EMPLOYEE, family_name="Petit"),
        "stranger": person("stranger", CompanyRole.EMPLOYEE, family_name="Roux"),
        "rival": person("rival", company=RIVAL, family_name="Blanc"),
        "other_verifier": staff("other", StaffRoleName.VERIFIER, programme=SMALL_CODE, given_name="Ines"),
        "elsewhere": staff("elsewhere", StaffRoleName.VERIFIER, programme="another"),
        "unassigned": staff("unassigned", StaffRoleName.VERIFIER),
    }
    users |= {role.value: staff(role.value, role, programme=SMALL_CODE) for role in OF_THE_AGENCY}
    play = Play.begin(Cast(users["agent"], users["verifier"]), SMALL_CODE, product(users["agent"]))
    version = play.application.version
    grant_access(actor=play.vendor, product_id=version.product_id, user_id=users["employee"].pk)
    return Company(play, users)
