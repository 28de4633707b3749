"""What is said of films, pictures, papers, e-mails, numbers, links and reports."""

from jalon.documents.checks.words import Words

_SIGNED_ORIGINAL = (
    (
        "Déposez le fichier signé d’origine : une impression, une numérisation ou un nouvel enregistrement perd la "
        "signature."
    ),
    "Deposit the original signed file: printing, scanning or saving it anew loses the signature.",
)
_FILM_AGAIN = (
    "Convertissez la vidéo en H.264 (MP4), vérifiez qu’elle se lit en entier, puis déposez-la.",
    "Convert the video to H.264 (MP4), check that it plays to its end, then deposit it.",
)
_LINK_WHOLE = (
    "Copiez l’adresse entière de la page, depuis https://.",
    "Copy the whole address of the page, from https://.",
)

CONTENT_SENTENCES: dict[str, Words] = {
    # Films
    "video_plays.no_picture": Words(
        (
            "Le fichier « {name} » ne contient pas d’image animée.",
            "The file “{name}” holds no moving picture.",
        ),
        ("Enregistrez l’écran, et non le son seul.", "Record the screen, not only the sound."),
    ),
    "video_plays.unreadable": Words(
        (
            "La vidéo « {name} » ne se lit pas : aucune image n’a pu être décodée.",
            "The video “{name}” does not play: no picture could be decoded.",
        ),
        _FILM_AGAIN,
    ),
    "video_plays.partly": Words(
        (
            "La vidéo « {name} » ne se lit pas jusqu’au bout : {frames} des {asked} passages contrôlés se lisent.",
            "The video “{name}” does not play to its end: {frames} of the {asked} places that were tried play.",
        ),
        _FILM_AGAIN,
    ),
    "video_codec": Words(
        (
            "La vidéo « {name} » est encodée en {codec}, que tous les navigateurs ne lisent pas.",
            "The video “{name}” is encoded as {codec}, which not every browser plays.",
        ),
        (
            "Convertissez-la : {accepted} sont acceptés.",
            "Convert it: {accepted} are accepted.",
        ),
    ),
    "video_length.short": Words(
        (
            "La vidéo « {name} » dure {seconds} s, moins que les {limit} s attendues.",
            "The video “{name}” lasts {seconds} s, less than the {limit} s that are expected.",
        ),
        ("Montrez le scénario en entier.", "Show the whole scenario."),
    ),
    "video_length.long": Words(
        (
            "La vidéo « {name} » dure {seconds} s, plus que les {limit} s admises.",
            "The video “{name}” lasts {seconds} s, more than the {limit} s that are allowed.",
        ),
        (
            "Gardez ce qui montre le scénario, ou scindez la vidéo.",
            "Keep what shows the scenario, or split the video.",
        ),
    ),
    "video_length.unknown": Words(
        (
            "La durée de la vidéo « {name} » est inconnue : le fichier ne la dit pas.",
            "The length of the video “{name}” is unknown: the file does not tell it.",
        ),
        (
            "Convertissez la vidéo en H.264 (MP4), puis déposez-la.",
            "Convert the video to H.264 (MP4), then deposit it.",
        ),
    ),
    "video_size": Words(
        (
            "La vidéo « {name} » mesure {width} × {height} points : un texte à l’écran s’y lit mal.",
            "The video “{name}” measures {width} × {height} pixels: text on screen is hard to read.",
        ),
        (
            "Enregistrez l’écran entier, en {min_width} × {min_height} au moins.",
            "Record the whole screen, at {min_width} × {min_height} or more.",
        ),
    ),
    "video_blank": Words(
        (
            "La vidéo « {name} » est d’une seule couleur à chaque passage contrôlé.",
            "The video “{name}” is of one colour at each place that was tried.",
        ),
        (
            "Relisez-la : l’enregistrement de l’écran a pu échouer.",
            "Play it: the recording of the screen may have failed.",
        ),
    ),
    # Pictures
    "image_size": Words(
        (
            "L’image « {name} » mesure {width} × {height} points : elle se lit mal.",
            "The image “{name}” measures {width} × {height} pixels: it is hard to read.",
        ),
        (
            "Faites la copie de l’écran entier, en {min_width} × {min_height} au moins.",
            "Capture the whole screen, at {min_width} × {min_height} or more.",
        ),
    ),
    "image_blank": Words(
        ("L’image « {name} » est d’une seule couleur.", "The image “{name}” is of one colour."),
        (
            "Ouvrez-la : la copie d’écran a pu échouer.",
            "Open it: the screen capture may have failed.",
        ),
    ),
    # PDF
    "pdf_a": Words(
        (
            "Le fichier « {name} » ne se déclare pas conforme à PDF/A.",
            "The file “{name}” does not claim to be PDF/A.",
        ),
        (
            "Exportez-le en {accepted} depuis son application d’origine.",
            "Export it as {accepted} from the application that made it.",
        ),
    ),
    "pdf_a.other": Words(
        (
            "Le fichier « {name} » se déclare conforme à PDF/A-{found}, qui n’est pas la version attendue.",
            "The file “{name}” claims to be PDF/A-{found}, which is not the expected version.",
        ),
        (
            "Exportez-le en {accepted} depuis son application d’origine.",
            "Export it as {accepted} from the application that made it.",
        ),
    ),
    "pdf_pages": Words(
        (
            "Le fichier « {name} » n’a que {pages} page(s) ; {limit} au moins sont attendues.",
            "The file “{name}” has only {pages} page(s); at least {limit} are expected.",
        ),
        ("Déposez le document entier.", "Deposit the whole document."),
    ),
    "pdf_signed": Words(
        (
            "Le fichier « {name} » ne porte aucune signature électronique.",
            "The file “{name}” bears no electronic signature.",
        ),
        (
            (
                "Faites-le signer électroniquement, et déposez le fichier signé d’origine : une image de signature "
                "ou une numérisation ne suffit pas."
            ),
            (
                "Have it signed electronically, and deposit the original signed file: a picture of a signature or a "
                "scan is not enough."
            ),
        ),
    ),
    "pdf_signature_intact": Words(
        (
            "Le fichier « {name} » a changé depuis la signature de « {signer} », ou cette signature ne se vérifie pas.",
            "The file “{name}” has changed since “{signer}” signed it, or that signature does not verify.",
        ),
        _SIGNED_ORIGINAL,
    ),
    "pdf_signature_age.old": Words(
        (
            "Le fichier « {name} » a été signé le {day}, il y a plus de {limit} jours.",
            "The file “{name}” was signed on {day}, more than {limit} days ago.",
        ),
        ("Déposez un document plus récent.", "Deposit a more recent document."),
    ),
    "pdf_signature_age.future": Words(
        (
            "Le fichier « {name} » porte une signature datée du {day}, dans l’avenir.",
            "The file “{name}” bears a signature dated {day}, in the future.",
        ),
        (
            "Vérifiez l’horloge du poste qui signe, puis faites-le signer à nouveau.",
            "Check the clock of the computer that signs, then have it signed again.",
        ),
    ),
    "pdf_signature_age.undated": Words(
        (
            "La signature du fichier « {name} » ne porte aucune date.",
            "The signature of the file “{name}” bears no date.",
        ),
        ("Faites-le signer à nouveau, avec la date.", "Have it signed again, with the date."),
    ),
    "proof_age.old": Words(
        (
            "Le fichier « {name} » date du {day}, il y a plus de {limit} jours.",
            "The file “{name}” is of {day}, more than {limit} days ago.",
        ),
        ("Donnez une preuve plus récente.", "Give a more recent proof."),
    ),
    "proof_age.future": Words(
        (
            "Le fichier « {name} » est daté du {day}, dans l’avenir.",
            "The file “{name}” is dated {day}, in the future.",
        ),
        ("Corrigez sa date.", "Correct its date."),
    ),
    "proof_age.undated": Words(
        (
            "La date du fichier « {name} » n’est pas connue ; cette preuve vaut {limit} jours.",
            "The date of the file “{name}” is not known; this proof is good for {limit} days.",
        ),
        ("Indiquez sa date.", "Give its date."),
    ),
    # E-mails
    "mail_source": Words(
        (
            "Le fichier « {name} » n’est pas la source d’un message : il ne commence pas par des en-têtes.",
            "The file “{name}” is not the source of a message: it does not begin with headers.",
        ),
        (
            "Depuis la messagerie, enregistrez le message au format EML, ou copiez sa source entière.",
            "From the mail program, save the message as EML, or copy its whole source.",
        ),
    ),
    "mail_source.no_body": Words(
        (
            "La source « {name} » ne contient que des en-têtes : le corps du message manque.",
            "The source “{name}” holds headers only: the body of the message is missing.",
        ),
        (
            "Depuis la messagerie, enregistrez le message au format EML, ou copiez sa source entière.",
            "From the mail program, save the message as EML, or copy its whole source.",
        ),
    ),
    "mail_headers": Words(
        (
            "La source « {name} » n’a pas tous les en-têtes attendus ; il manque : {missing}.",
            "The source “{name}” lacks headers that are expected: {missing}.",
        ),
        (
            "Enregistrez le message tel que remis à l’opérateur, en-têtes compris.",
            "Save the message as it was handed to the operator, headers included.",
        ),
    ),
    # Numbers and links
    "record_format": Words(
        (
            "« {value} » n’a pas la forme attendue.",
            "“{value}” does not have the expected form.",
        ),
        ("Recopiez la valeur depuis le document d’origine.", "Copy the value from the original document."),
    ),
    "record_format.too_long": Words(
        ("Cette valeur est trop longue.", "This value is too long."),
        ("{limit} caractères au plus.", "At most {limit} characters."),
    ),
    "link_form": Words(
        ("Ce lien n’est pas une adresse https entière.", "This link is not a whole https address."),
        _LINK_WHOLE,
    ),
    "link_form.too_long": Words(
        ("Ce lien est trop long.", "This link is too long."),
        ("{limit} caractères au plus.", "At most {limit} characters."),
    ),
    "link_host": Words(
        (
            "Ce lien mène à {host}, qui n’est pas accepté pour cette preuve.",
            "This link leads to {host}, which is not accepted for this proof.",
        ),
        ("Il doit mener à : {accepted}.", "It must lead to: {accepted}."),
    ),
    "link_host.rehearsal": Words(
        (
            "Ce lien mène à {host}, l’espace d’entraînement : ses rapports ne valent pas preuve.",
            "This link leads to {host}, the rehearsal space: its reports prove nothing.",
        ),
        (
            "Rejouez le test sur {instead}, puis copiez le lien permanent de ce rapport.",
            "Run the test again on {instead}, then copy the permanent link of that report.",
        ),
    ),
    "link_answers": Words(
        ("Rien ne répond à ce lien : {host} n’a pas donné de page.", "Nothing answers: {host} gave no page."),
        (
            "Vérifiez que la page s’ouvre sans vous connecter, ou déposez le fichier.",
            "Check that the page opens without signing in, or deposit the file.",
        ),
    ),
    "link_answers.not_found": Words(
        ("{host} ne trouve rien à cette adresse.", "{host} finds nothing at this address."),
        (
            "Recopiez le lien entier, ou déposez le fichier.",
            "Copy the whole link again, or deposit the file.",
        ),
    ),
    "link_answers.no_access": Words(
        (
            "{host} demande de se connecter : le vérificateur ne verra pas cette page.",
            "{host} asks to sign in: the verifier will not see this page.",
        ),
        (
            "Donnez accès à qui possède le lien, jusqu’à la fin de l’instruction, ou déposez le fichier.",
            "Give access to whoever has the link, until the end of the examination, or deposit the file.",
        ),
    ),
    "link_answers.private": Words(
        (
            "{host} ne s’ouvre pas depuis internet : le vérificateur ne verra pas cette page.",
            "{host} does not open from the internet: the verifier will not see this page.",
        ),
        (
            "Donnez un lien que tout le monde peut ouvrir, ou déposez le fichier.",
            "Give a link that anybody can open, or deposit the file.",
        ),
    ),
    # Test reports
    "report_passed.no_report": Words(
        (
            "Le fichier « {name} » n’est pas un rapport de test que Jalon sait lire.",
            "The file “{name}” is no test report that Jalon can read.",
        ),
        (
            "Déposez le rapport tel que la plateforme l’a produit : XML de Gazelle, de l’ITB ou JUnit, JSON d’Inferno.",
            "Hand in the report as the platform made it: XML of Gazelle, the ITB or JUnit, JSON of Inferno.",
        ),
    ),
    "report_passed.failed": Words(
        ("Ce rapport de test est en échec.", "This test report is a failure."),
        (
            "Corrigez, rejouez le test, puis donnez le nouveau rapport.",
            "Mend what fails, run the test again, then give the new report.",
        ),
    ),
    "report_passed.undefined": Words(
        (
            "Ce rapport de test s’est terminé sans résultat : ce n’est pas une réussite.",
            "This test report ended without a result: that is no pass.",
        ),
        ("Rejouez le test jusqu’à un résultat.", "Run the test again until it gives a result."),
    ),
    "report_product": Words(
        (
            "Ce rapport concerne « {found} », et non « {expected} ».",
            "This report is about “{found}”, not “{expected}”.",
        ),
        (
            "Vérifiez que vous avez choisi le rapport de la version candidate.",
            "Check that you chose the report of the candidate version.",
        ),
    ),
    "report_organisation": Words(
        (
            "Ce rapport appartient à une autre organisation : « {found} ».",
            "This report belongs to another organisation: “{found}”.",
        ),
        ("Donnez un rapport de votre organisation.", "Give a report of your organisation."),
    ),
    "report_owner_known": Words(
        (
            "Ce rapport est au nom de « {found} ». Rien ne dit encore que c’est votre organisation.",
            "This report is in the name of “{found}”. Nothing says yet that this is your organisation.",
        ),
        (
            "Un mandataire ou un responsable donne votre mot-clé : « Votre société », « Plateformes de test ».",
            "A company agent or a delegate gives your keyword: “Your company”, “Test platforms”.",
        ),
    ),
    "report_dates": Words(
        (
            "Ce test a été joué le {day}, hors de la période admise.",
            "This test was run on {day}, outside the allowed period.",
        ),
        ("Rejouez le test, puis donnez le nouveau rapport.", "Run the test again, then give the new report."),
    ),
}
