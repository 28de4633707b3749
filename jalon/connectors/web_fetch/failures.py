"""What can go wrong on the way to a link's content, as a sentence and a remedy for the person who gave it."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _


class Failure(StrEnum):
    BAD_ADDRESS = "bad_address"
    HOST_NOT_ALLOWED = "host_not_allowed"
    NAME_NOT_FOUND = "name_not_found"
    REFUSED_ADDRESS = "refused_address"
    NO_CONNECTION = "no_connection"
    BAD_CERTIFICATE = "bad_certificate"
    TIMED_OUT = "timed_out"
    REDIRECTED_ELSEWHERE = "redirected_elsewhere"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    NOT_FOUND = "not_found"
    NO_ACCESS = "no_access"
    BUSY = "busy"
    SERVER_FAILED = "server_failed"
    OTHER_ANSWER = "other_answer"
    TOO_BIG = "too_big"
    WRONG_TYPE = "wrong_type"
    BROKEN_ANSWER = "broken_answer"


# What time alone may mend: worth trying again without changing anything.
PASSING = frozenset(
    {Failure.NO_CONNECTION, Failure.TIMED_OUT, Failure.NOT_FOUND, Failure.BUSY, Failure.SERVER_FAILED}
)


class FetchError(Exception):
    """`failure` says what happened; `message` and `remedy` say it in the reader's language when they are read.

    Neither holds anything that was sent: a link may carry a key in its query, so only its host is named.
    """

    def __init__(self, failure: Failure, host: str, **words: Any) -> None:
        super().__init__(f"{failure.value}: {host}")
        self.failure = failure
        self.host = host
        self._words = {"host": host, **words}

    @property
    def message(self) -> str:
        return _sentences()[self.failure][0] % self._words

    @property
    def remedy(self) -> str:
        return _sentences()[self.failure][1] % self._words

    @property
    def may_pass(self) -> bool:
        return self.failure in PASSING


def _sentences() -> dict[Failure, tuple[str, str]]:
    return {**_before_the_answer(), **_in_the_answer()}


def _before_the_answer() -> dict[Failure, tuple[str, str]]:
    return {
        Failure.BAD_ADDRESS: (
            _("Ce lien n’est pas une adresse https:// complète."),
            _(
                "Copiez l’adresse entière depuis la barre du navigateur, sans identifiant ni port particulier."
            ),
        ),
        Failure.HOST_NOT_ALLOWED: (
            _("Ce lien mène à %(host)s, qui n’est pas accepté ici."),
            _("Donnez un lien qui mène à : %(accepted)s."),
        ),
        Failure.NAME_NOT_FOUND: (
            _("Le nom %(host)s n’existe pas sur internet."),
            _("Vérifiez l’orthographe du lien, puis recopiez-le."),
        ),
        Failure.REFUSED_ADDRESS: (
            _("%(host)s mène à une adresse privée, que Jalon ne consulte pas."),
            _("Donnez un lien que l’on peut ouvrir depuis internet."),
        ),
        Failure.NO_CONNECTION: (
            _("%(host)s ne répond pas."),
            _("Vérifiez que la page s’ouvre chez vous, puis réessayez dans quelques minutes."),
        ),
        Failure.BAD_CERTIFICATE: (
            _("La connexion à %(host)s n’est pas sûre : son certificat n’est pas valable."),
            _("Signalez-le à la personne qui tient ce site, puis réessayez."),
        ),
        Failure.TIMED_OUT: (
            _("%(host)s n’a pas répondu en %(seconds)s secondes."),
            _("Réessayez dans quelques minutes. Rien n’a été perdu ni modifié."),
        ),
        Failure.REDIRECTED_ELSEWHERE: (
            _("Le lien renvoie vers %(target)s, où Jalon ne le suit pas."),
            _("Ouvrez le lien chez vous et donnez l’adresse finale, sur un hôte accepté et en https."),
        ),
        Failure.TOO_MANY_REDIRECTS: (
            _("Le lien renvoie d’adresse en adresse sans aboutir."),
            _("Ouvrez-le chez vous et donnez l’adresse finale."),
        ),
    }


def _in_the_answer() -> dict[Failure, tuple[str, str]]:
    return {
        Failure.NOT_FOUND: (
            _("%(host)s ne trouve rien à cette adresse : le rapport est encore en cours, ou inconnu."),
            _("Si le test vient d’être lancé, attendez qu’il soit terminé. Sinon, recopiez le lien entier."),
        ),
        Failure.NO_ACCESS: (
            _("%(host)s refuse l’accès : la clé manque, a expiré ou ne donne pas droit à ce contenu."),
            _(
                "Remplacez la clé dans la page de l’entreprise, ou donnez un lien qui contient sa clé de lecture."
            ),
        ),
        Failure.BUSY: (
            _("%(host)s reçoit trop de demandes en ce moment."),
            _("Réessayez dans quelques minutes."),
        ),
        Failure.SERVER_FAILED: (
            _("%(host)s a rencontré une erreur (code %(status)s)."),
            _(
                "Réessayez dans quelques minutes ; si l’erreur reste, signalez-la à la personne qui tient ce site."
            ),
        ),
        Failure.OTHER_ANSWER: (
            _("%(host)s a répondu autrement que prévu (code %(status)s)."),
            _("Vérifiez que la page s’ouvre chez vous sans vous connecter, puis recopiez le lien."),
        ),
        Failure.TOO_BIG: (
            _("La réponse de %(host)s est trop grande : %(limit)s au plus."),
            _("Donnez le lien du rapport seul, sans ses pièces jointes."),
        ),
        Failure.WRONG_TYPE: (
            _("%(host)s n’a pas donné un rapport mais un contenu de type « %(found)s »."),
            _("Donnez le lien permanent du rapport, pas celui d’une page de connexion ou d’une liste."),
        ),
        Failure.BROKEN_ANSWER: (
            _("La réponse de %(host)s est incomplète ou endommagée."),
            _("Réessayez dans quelques minutes."),
        ),
    }
