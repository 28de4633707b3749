"""Reads about the convention, its signatures, the opinion and the award."""

import json

from jalon.accounts.models import User
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.states import PartKind
from jalon.awards.models import Award, Convention, Opinion, Signature, SigningInvitation
from jalon.awards.paper import Representative
from jalon.awards.states import ConventionState, Party


def live_convention(application: Application) -> Convention | None:
    """The convention that is being signed or is signed: at most one (a constraint)."""
    live = Convention.objects.filter(application=application).exclude(state=ConventionState.VOID)
    return live.select_related("application__programme", "latest__content", "unsigned__content").first()


def signature_of(convention: Convention, party: Party) -> Signature | None:
    return (
        convention.signatures.select_related("document__content", "evidence__content")
        .filter(party=party)
        .first()
    )


def has_signatures() -> bool:
    """Whether anybody has signed any convention here."""
    return Signature.objects.exists()


def live_invitation(convention: Convention) -> SigningInvitation | None:
    """The latest link that was not voided; it may have expired, or have served."""
    return convention.invitations.filter(voided_at=None).first()


def opinion_of(application: Application) -> Opinion | None:
    return Opinion.objects.filter(application=application).select_related("given_by").first()


def award_of(application: Application) -> Award | None:
    return Award.objects.filter(application=application).first()


def frozen_representative(convention: Convention) -> Representative:
    """To whom the convention is bound."""
    return Representative(**json.loads(convention.snapshot)["representative"])


def convention_step_key(application: Application) -> str | None:
    """The key of step 4's part; a programme may have none."""
    steps = definition_for(application).steps
    return next((f"step:{s.key}" for s in steps if s.kind == PartKind.CONVENTION.value), None)


def signer_language(application: Application, email: str) -> str:
    """In which language to write to a signer: that of the account with this address, else the programme's."""
    account = User.objects.filter(email__iexact=email, is_active=True).order_by("pk").first()
    return account.locale if account else definition_for(application).language
