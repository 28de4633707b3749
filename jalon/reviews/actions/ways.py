"""Of several ways to meet the same, the vendor says which is its own; the others are not asked for."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import freeze_facts, lock_application, ring_bell
from jalon.applications.queries import parts_of
from jalon.applications.queries.facts import facts_as_json
from jalon.applications.states import PartKind
from jalon.core.actions import verb
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.evidence.policy import can_deposit
from jalon.journal.actions import record
from jalon.reviews.actions.move_rows import apply_effects
from jalon.reviews.queries.ways import (
    one_of,
    options_of,
    way_effects,
    way_is_over,
    way_obstacle,
    way_of,
    way_refused,
    with_way,
)


@verb
def choose_way(*, actor: Standing, number: str, choice: str, way: str, seen: str | None = None) -> None:
    """Choose one option of a choice, or another one, as long as every chapter that it concerns is with the vendor.

    What was given under another option stays on record and is not counted; chosen again, it stands where it stood.
    `seen`: the option that the page showed, "" for none; when a colleague has chosen since, nothing is written.
    """
    application = lock_application(actor, number)
    if not can_deposit(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate font ce choix."))
    found = one_of(application, choice)
    if found is None or way not in [option.key for option in options_of(application, found)]:
        raise InvalidInput({choice: _("Choisissez une des possibilités.")})
    before = way_of(application, found)
    if before == way:
        return
    if seen is not None and seen != before:
        raise Conflict(_("Ce choix a changé depuis que la page est ouverte. Relisez-le."))
    parts = parts_of(application, PartKind.CHAPTER)
    if obstacle := way_obstacle(application, choice, parts):
        raise TransitionRefused(obstacle)
    if way_is_over(application, choice, parts):
        raise TransitionRefused(
            _("La date limite est passée : ce choix ne change plus. Écrivez à votre référent.")
        )
    made = way_effects(application, choice, way)
    if refusal := way_refused(actor, application, made):
        raise TransitionRefused(refusal)
    freeze_facts(application, facts_as_json(with_way(application, choice, way)))
    apply_effects(application, made, actor=actor)
    record(
        chain=f"application:{application.number}",
        event="reviews.way.chosen",
        actor_ref=actor.user_ref,
        choice=choice,
        way=way,
        old=before,
        drop=len(made.drop),
        back=len(made.back),
    )
    ring_bell(application)
