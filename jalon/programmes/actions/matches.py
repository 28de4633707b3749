"""What a person says of the matches that likeness of texts proposes."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import act, step, verb
from jalon.core.canonical import sha256_hex
from jalon.core.errors import Conflict, NotAllowed, TransitionRefused
from jalon.programmes.actions.steps import (
    check_same,
    check_seen,
    draft_with_base,
    locked_draft,
    locked_programme,
    write_draft,
)
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.confirming import NotProposed, is_confirmed, with_confirmed
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Draft, MatchRefusal, Programme, Revision
from jalon.programmes.policy import can_edit
from jalon.programmes.queries import compiled, compiled_draft, refused_matches

Pair = tuple[str, str]


@act
def decide_matches(
    *, actor: Standing, programme_code: str, seen_version: int, same: Collection[str], other: Collection[str]
) -> Draft:
    """Say of proposed matches, by name, whether they are the same: then they keep the key, or are told apart.

    Lists are compared outside of any transaction. A confirmed match that cannot be applied is refused with all else.
    """
    _may_decide(actor, programme_code)
    draft, latest = draft_with_base(programme_code)
    if latest is None:
        raise TransitionRefused(_("Rien n’est publié : il n’y a rien à rapprocher."))
    refused, found = refused_matches(draft.programme, latest), compiled_draft(draft).definition
    apart = [(old, new) for old, _sign, new in (name.partition("|") for name in dict.fromkeys(other))]
    confirmed = set(same) - set(other)
    if set(apart) <= refused and all(is_confirmed(found, name) for name in confirmed):
        return draft  # said before: one effect
    check_seen(draft, seen_version)
    fresh = [pair for pair in apart if pair not in refused]
    try:
        definition = with_confirmed(
            compiled(latest).definition, found, confirmed, refused, apart=["|".join(pair) for pair in fresh]
        )
    except NotProposed as error:
        raise Conflict(
            _(
                "Un rapprochement auquel vous avez répondu n’est plus proposé. "
                "Rien n’est enregistré : relisez la liste."
            )
        ) from error
    return _write_matches(
        actor=actor, draft=draft, base=latest, refused=refused,
        definition=definition, apart=fresh,
    )  # fmt: skip


@verb
def _write_matches(
    *,
    actor: Standing,
    draft: Draft,
    base: Revision,
    refused: frozenset[Pair],
    definition: Definition,
    apart: Collection[Pair],
) -> Draft:
    """What was compared must be what stands there."""
    _may_decide(actor, draft.programme.code)
    programme = locked_programme(draft.programme.code)
    now = check_same(programme, locked_draft(programme), draft, base)
    if refused_matches(programme, base) != refused:
        raise Conflict(_("Quelqu’un d’autre vient de répondre à ces rapprochements. Relisez la liste."))
    _keep_apart(programme, base, apart, actor)
    content = content_of(definition)
    return write_draft(programme, now, actor, content, sha256_hex(content), "programmes.matches.decided")


@step
def _keep_apart(programme: Programme, base: Revision, pairs: Collection[Pair], actor: Standing) -> None:
    MatchRefusal.objects.bulk_create(
        MatchRefusal(
            programme=programme, base=base, old_key=old, new_key=new, by_id=actor.user_id, at=clock.now()
        )
        for old, new in pairs
    )


def _may_decide(actor: Standing, programme_code: str) -> None:
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
