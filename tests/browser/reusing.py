"""Two files of one company on the imported real list: a signed form in one, seven slots for it in the other.

    python -m tests.browser.reusing DEFINITIONS

makes the data on JALON_HOME and writes `world.json`. In the second file everything else that stands in the three
chapters of the form is given.
"""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.proving import tell
from tests.browser.workbook import CODE

if TYPE_CHECKING:
    from jalon.demo.play import Play
    from jalon.evidence.queries import SlotView

FORM = "formulaire-pentest.pdf"
KIND = "pentest-form"


def main(definitions: Path) -> None:
    import django

    django.setup()
    from jalon.accounts.standing import SYSTEM
    from jalon.accounts.states import StaffRoleName
    from jalon.core import clock
    from jalon.demo.play import Cast, Play
    from jalon.jobs.queue import run_due
    from jalon.programmes.actions.loading import load_definitions
    from jalon.programmes.actions.publishing import publish
    from tests.scenarios.people import person, product, staff

    load_definitions(actor=SYSTEM, folder=definitions)
    publish(actor=SYSTEM, programme_code=CODE, reason="Ouverture", effective_on=date(2025, 4, 30))
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=CODE)
    earlier, now = (
        Play.begin(Cast(vendor, verifier), CODE, product(vendor, name, version))
        .fill()
        .submit()
        .find_eligible()
        for name, version in (("Clairvue PACS", "9"), ("Clairvue RIS", "4.2"))
    )
    first = uses(earlier)[0]
    give_form(earlier, first)
    chapters = list(dict.fromkeys(view.requirement.chapter.key for view in uses(now)))
    for n, view in enumerate(others(now, chapters)):
        now.deposit_slot(view, n)
    run_due()
    told = {
        "earlier": earlier.number,
        "number": now.number,
        "uses": [
            [view.requirement.chapter.key, view.requirement.requirement.code, view.key, view.code]
            for view in uses(now)
        ],
        "today": clock.paris_date(clock.now()).isoformat(),
    }
    tell(told, {"vendor": vendor, "verifier": verifier})


def uses(play: "Play") -> "list[SlotView]":
    """The slots that ask for the form of the penetration test."""
    from jalon.evidence.queries import all_slot_views

    return [view for view in all_slot_views(play.application) if view.expected.kinds == (KIND,)]


def others(play: "Play", chapters: list[str]) -> "list[SlotView]":
    from jalon.evidence.queries import slot_views

    views = (view for chapter in chapters for view in slot_views(play.application, chapter))
    return [view for view in views if view.expected.kinds != (KIND,)]


def give_form(play: "Play", view: "SlotView") -> None:
    from jalon.core import clock
    from jalon.documents.actions import receive_file
    from jalon.evidence.actions.deposits import deposit_file
    from tests.documents.samples import signed

    document = receive_file(
        actor=play.vendor, company_id=play.application.company_id, name=FORM, chunks=[signed(at=clock.now())],
        formats=["pdf"], max_bytes=1024 * 1024,
    )  # fmt: skip
    deposit_file(actor=play.vendor, number=play.number, item_key=view.key, document_id=document.pk)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
