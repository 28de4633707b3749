"""Has somebody's bytes read as a report, and says what is wrong with those that are none."""

import logging
from tempfile import TemporaryFile
from typing import Any

from django.utils.translation import gettext as _

from jalon.connectors.reports import reader
from jalon.connectors.reports.report import Report, report_of
from jalon.core.readers.asking import MEGABYTE, Died, Limits, NotRead, ask

logger = logging.getLogger(__name__)

LIMITS = Limits(memory=512 * MEGABYTE, seconds=5, answer=MEGABYTE, wait=15)


class ReportError(Exception):
    """These bytes are no report that we can read; `message` and `remedy` say so to whoever brought them."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def message(self) -> str:
        return _sentences()[self.problem][0]

    @property
    def remedy(self) -> str:
        return _sentences()[self.problem][1]


def read_report(data: bytes) -> Report:
    """Read a report in any of the known formats. ReportError: it is none."""
    found = _read_apart(data)
    if "problem" in found:
        raise ReportError(found["problem"] if found["problem"] in _sentences() else "damaged")
    return report_of(found)


def _read_apart(data: bytes) -> dict[str, Any]:
    with TemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            return ask(file, reader.__name__, {}, LIMITS)
        except Died as died:
            logger.warning("The report reader died: %s", died)
            return {"problem": "too_complex"}
        except NotRead as busy:
            logger.warning("The report reader gave no answer: %s", busy)
            return {"problem": "not_now"}


def _sentences() -> dict[str, tuple[str, str]]:
    copy = _("Donnez le lien permanent du rapport, ou son fichier tel que la plateforme de test l’a produit.")
    return {
        "unknown": (_("Ce contenu n’est pas un rapport de test que Jalon sait lire."), copy),
        "damaged": (_("Ce rapport de test est endommagé : son contenu ne se lit pas jusqu’au bout."), copy),
        "xml_entities": (_("Ce rapport de test est refusé : il déclare des entités XML."), copy),
        "too_complex": (_("Ce rapport de test est trop grand ou trop complexe pour être lu."), copy),
        "not_now": (
            _("Ce rapport de test n’a pas pu être lu pour l’instant."),
            _("Réessayez dans quelques minutes."),
        ),
    }
