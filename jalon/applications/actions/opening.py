"""Opening an application: attach a product, accept the charter (Guide RIS, étape 1, prérequis 6 à 8)."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, CharterAcceptance, Part
from jalon.applications.policy import can_open_application
from jalon.applications.rules.versions import searched_title
from jalon.applications.states import ENDED_STATES, PartKind, StepState, Turn
from jalon.core import clock, ids
from jalon.core.actions import verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.definition.schema import Charter, Definition
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import current_revision, definition_of
from jalon.vendors.actions import lock_version
from jalon.vendors.models import Version
from jalon.vendors.queries import visible_version


def charter_text(charter: Charter, language: str) -> str:
    """The charter as it is shown, spaces apart, as canonical JSON: what is accepted and hashed."""
    sections = [
        {
            "title": s.title.in_language(language),
            "paragraphs": [p.in_language(language) for p in s.paragraphs],
            "items": [i.in_language(language) for i in s.items],
        }
        for s in charter.sections
    ]
    return canonical_json(
        {"version": charter.version, "title": charter.title.in_language(language), "sections": sections,
         "statement": charter.statement.in_language(language)}
    )  # fmt: skip


@verb
def open_application(
    *,
    actor: Standing,
    programme_code: str,
    version_id: int,
    charter_accepted: bool,
    charter_sha256: str,
    language: str,
) -> Application:
    """Confirm the registration of a product. A second try leads to the live application (situation 5)."""
    version = visible_version(actor, version_id)
    programme = Programme.objects.select_for_update().filter(code=programme_code).first()
    if programme is None:
        raise NotVisible(programme_code)
    version = lock_version(version.pk)  # its name as it is now, and until the file has it
    live = (
        Application.objects.filter(programme=programme, version=version)
        .exclude(state__in=ENDED_STATES)
        .first()
    )
    if live is not None:
        return live
    if not can_open_application(actor):
        raise NotAllowed(
            _("Seuls un mandataire ou un responsable acceptent la charte et confirment l’inscription.")
        )
    revision = current_revision(programme, clock.paris_date(clock.now()))
    if not programme.open_for_applications or revision is None:
        raise TransitionRefused(_("Cette démarche n’est pas ouverte aux candidatures."))
    definition = definition_of(revision)
    text = charter_text(definition.charter, language)
    if not charter_accepted:
        raise InvalidInput(
            {"charter": _("Cochez la case : le représentant du candidat a lu et approuvé la charte.")}
        )
    if charter_sha256 != sha256_hex(text):
        raise TransitionRefused(
            _("La charte a changé depuis que cette page est ouverte. Lisez-la à nouveau.")
        )
    return _create(actor, programme, revision, version, definition, text)


def _create(
    actor: Standing,
    programme: Programme,
    revision: Revision,
    version: Version,
    definition: Definition,
    text: str,
) -> Application:
    now, product = clock.now(), version.product
    application = Application.objects.create(
        number=_free_number(),
        programme=programme,
        revision=revision,
        company_id=product.company_id,
        version=version,
        product_name=product.name,
        version_label=version.label,
        nil=version.nil,
        company_name=product.company.name,
        title_norm=searched_title(product.name, version.label, product.company.name),
        state_since=now,
        turn=Turn.VENDOR,
        turn_since=now,
        created_by_id=actor.person_id,
        created_at=now,
        changed_at=now,
    )
    CharterAcceptance.objects.create(
        application=application,
        charter_version=definition.charter.version,
        text=text,
        sha256=sha256_hex(text),
        accepted_by_id=actor.person_id,
        accepted_role=actor.company_role or "",
        accepted_at=now,
    )
    _create_steps(application, definition)
    record(
        chain=f"application:{application.number}",
        event="applications.application.opened",
        actor_ref=actor.user_ref,
        programme=programme.code,
        revision=revision.number,
        product=product.reference,
        version=version.pk,
        charter=sha256_hex(text),
    )
    return application


def _create_steps(application: Application, definition: Definition) -> None:
    now = clock.now()
    Part.objects.bulk_create(
        Part(
            application=application,
            key=f"step:{step.key}",
            kind=PartKind(step.kind),
            position=position,
            state=StepState.LOCKED if position else StepState.TO_COMPLETE,
            state_since=now,
        )
        for position, step in enumerate(definition.steps)
    )


def _free_number() -> str:
    number = ids.application_number()
    while Application.objects.filter(number=number).exists():
        number = ids.application_number()
    return number
