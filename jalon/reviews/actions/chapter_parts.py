"""Parts of the verbs on chapters: the chapter, locked, and its name in a notice."""

from typing import TypedDict

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import lock_application
from jalon.applications.models import Application, Part
from jalon.applications.queries import state_words
from jalon.applications.states import ApplicationState
from jalon.core.actions import step
from jalon.core.errors import NotVisible, TransitionRefused
from jalon.evidence.queries import chapter_of
from jalon.notices.base import MAX_PARAM_LENGTH


@step
def locked_chapter(actor: Standing, number: str, chapter: str) -> tuple[Application, Part]:
    """A chapter of which something is asked, of an application that this person may see; both locked."""
    application = lock_application(actor, number)
    asked = Part.objects.select_for_update().filter(application=application, expected__gt=0)
    part = asked.filter(key=f"chapter:{chapter}").first()
    if part is None:
        raise NotVisible(chapter)
    part.application = application
    return application, part


@step
def check_running(application: Application) -> None:
    """What was withdrawn, refused, or missed a gate is read only: no examination goes on under it."""
    if application.state != ApplicationState.ELIGIBLE:
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : ses chapitres ne changent plus.")
            % {"state": state_words(application)}
        )


class NamedChapter(TypedDict):
    chapter: str
    name: str
    name_en: str


@step
def named_chapter(application: Application, key: str) -> NamedChapter:
    """The chapter as a notice names it: parameters of notices are short."""
    chapter = chapter_of(application, key)
    name, name_en = (chapter.title.fr, chapter.title.en) if chapter else ("", "")
    return {"chapter": key, "name": name[:MAX_PARAM_LENGTH], "name_en": (name_en or "")[:MAX_PARAM_LENGTH]}
