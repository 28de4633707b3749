"""What is said of a file that is not taken in."""

from jalon.documents.checks.words import Words

_SEND_AGAIN = ("Déposez-le à nouveau en entier.", "Deposit it again, whole.")
_EXPORT_AGAIN = (
    "Enregistrez-le à nouveau depuis son application d’origine, puis déposez-le.",
    "Save it again from the application that made it, then deposit it.",
)
_ACCEPTED = ("Formats acceptés : {accepted}.", "Accepted formats: {accepted}.")

DOOR_SENTENCES: dict[str, Words] = {
    "name_plain": Words(
        (
            "Le nom du fichier contenait un chemin ou des caractères invisibles : il est conservé sous « {name} ».",
            "The name of the file held a path or invisible characters: it is kept as “{name}”.",
        ),
        (
            "Rien à faire si ce nom convient ; sinon, renommez le fichier et déposez-le à nouveau.",
            "Nothing to do if that name suits; else rename the file and deposit it again.",
        ),
    ),
    "format_accepted": Words(
        (
            "Le fichier « {name} » est au format {found}, qui n’est pas accepté ici.",
            "The file “{name}” is in the format {found}, which is not accepted here.",
        ),
        _ACCEPTED,
    ),
    "format_accepted.no_extension": Words(
        (
            "Le nom du fichier « {name} » n’a pas d’extension.",
            "The name of the file “{name}” has no extension.",
        ),
        _ACCEPTED,
    ),
    "not_empty": Words(
        ("Le fichier « {name} » est vide.", "The file “{name}” is empty."),
        (
            "Vérifiez qu’il s’ouvre chez vous, puis déposez-le à nouveau.",
            "Check that it opens on your side, then deposit it again.",
        ),
    ),
    "not_empty.archive": Words(
        ("L’archive « {name} » ne contient aucun fichier.", "The archive “{name}” holds no file."),
        (
            "Vérifiez ce que vous y avez mis, puis recréez-la et déposez-la à nouveau.",
            "Check what you put into it, then make it again and deposit it.",
        ),
    ),
    "size_allowed": Words(
        (
            "Le fichier « {name} » pèse {size} ; la taille maximale est de {limit_bytes}.",
            "The file “{name}” weighs {size}; at most {limit_bytes} are accepted.",
        ),
        (
            "Réduisez-le ou scindez-le, puis déposez-le à nouveau.",
            "Make it smaller or split it, then deposit it again.",
        ),
    ),
    "content_type": Words(
        (
            "Le fichier « {name} » n’est pas un fichier {expected} : son contenu est au format {found}.",
            "The file “{name}” is no {expected} file: its content is in the format {found}.",
        ),
        _ACCEPTED,
    ),
    "content_type.unknown": Words(
        (
            "Le fichier « {name} » n’est pas un fichier {expected} : son contenu n’est pas reconnu.",
            "The file “{name}” is no {expected} file: its content is not recognised.",
        ),
        _ACCEPTED,
    ),
    "content_type.other": Words(
        (
            "Le fichier « {name} » n’est pas un fichier {expected} : son contenu est d’une autre sorte.",
            "The file “{name}” is no {expected} file: its content is of another sort.",
        ),
        _ACCEPTED,
    ),
    "polyglot": Words(
        (
            "Le fichier « {name} » est à la fois un fichier {expected} et un fichier {other}.",
            "The file “{name}” is a {expected} file and a {other} file at once.",
        ),
        _EXPORT_AGAIN,
    ),
    "polyglot.goes_on": Words(
        (
            "Le fichier « {name} » continue après la fin de l’image : autre chose y est ajouté.",
            "The file “{name}” goes on behind the end of the picture: something else is added to it.",
        ),
        _EXPORT_AGAIN,
    ),
    "truncated": Words(
        (
            "Le fichier « {name} » est incomplet : il s’arrête avant la fin.",
            "The file “{name}” is incomplete: it stops before its end.",
        ),
        _SEND_AGAIN,
    ),
    "readable.damaged": Words(
        (
            "Le fichier « {name} » n’est pas un fichier {expected} lisible : il est endommagé.",
            "The file “{name}” is no readable {expected} file: it is damaged.",
        ),
        _EXPORT_AGAIN,
    ),
    "readable.entry": Words(
        (
            "Le fichier « {name} » est endommagé : l’élément « {entry} » qu’il contient est illisible.",
            "The file “{name}” is damaged: the item “{entry}” in it cannot be read.",
        ),
        _EXPORT_AGAIN,
    ),
    "readable.too_complex": Words(
        (
            "Le fichier « {name} » n’a pas pu être contrôlé : il est trop complexe.",
            "The file “{name}” could not be checked: it is too complex.",
        ),
        (
            "Simplifiez-le ou enregistrez-le dans un autre format ({accepted}).",
            "Simplify it, or save it in another format ({accepted}).",
        ),
    ),
    "readable.not_now": Words(
        (
            "Le fichier « {name} » n’a pas pu être contrôlé pour l’instant.",
            "The file “{name}” could not be checked for now.",
        ),
        ("Réessayez dans quelques minutes.", "Try again in a few minutes."),
    ),
    "pdf_encrypted": Words(
        (
            "Le fichier « {name} » est protégé par un mot de passe.",
            "The file “{name}” is protected by a password.",
        ),
        (
            "Retirez la protection, puis déposez-le à nouveau.",
            "Remove the protection, then deposit it again.",
        ),
    ),
    "archive_encrypted": Words(
        (
            "Le fichier « {name} » contient des éléments protégés par un mot de passe.",
            "The file “{name}” holds items that are protected by a password.",
        ),
        (
            "Retirez la protection, puis déposez-le à nouveau.",
            "Remove the protection, then deposit it again.",
        ),
    ),
    "pdf_active_content": Words(
        (
            "Le fichier « {name} » contient du contenu actif ({what}), qui s’exécute à l’ouverture ou à la lecture.",
            "The file “{name}” holds active content ({what}), which runs when it is opened or read.",
        ),
        (
            "Enregistrez-le en PDF simple, sans script ni formulaire dynamique, puis déposez-le.",
            "Save it as a plain PDF, without scripts or dynamic forms, then deposit it.",
        ),
    ),
    "pdf_attached_program": Words(
        (
            "Le fichier « {name} » contient un programme en pièce jointe : « {attached} ».",
            "The file “{name}” carries a program as an attachment: “{attached}”.",
        ),
        (
            "Retirez cette pièce jointe du PDF, puis déposez-le à nouveau.",
            "Remove that attachment from the PDF, then deposit it again.",
        ),
    ),
    "active_markup": Words(
        (
            "Le fichier « {name} » n’est pas un fichier {expected} : c’est du {found} qui contient un script.",
            "The file “{name}” is no {expected} file: it is {found} with a script in it.",
        ),
        (
            "Exportez l’image en PNG, ou la page en PDF.",
            "Export the drawing as PNG, or the page as PDF.",
        ),
    ),
    "office_macros": Words(
        ("Le fichier « {name} » contient des macros.", "The file “{name}” holds macros."),
        (
            "Enregistrez-le sans macros, puis déposez-le à nouveau.",
            "Save it without macros, then deposit it again.",
        ),
    ),
    "archive_bomb": Words(
        (
            "L’archive « {name} » est refusée : décompressée, elle serait démesurée.",
            "The archive “{name}” is refused: unpacked, it would be huge.",
        ),
        ("Déposez son contenu tel quel.", "Deposit what it holds as it is."),
    ),
    "archive_entries": Words(
        (
            "L’archive « {name} » contient trop de fichiers ({limit} au plus).",
            "The archive “{name}” holds too many files (at most {limit}).",
        ),
        ("Scindez-la, ou ne gardez que l’utile.", "Split it, or keep only what is useful."),
    ),
    "archive_paths": Words(
        (
            "L’archive « {name} » est refusée : elle contient des chemins qui sortent de son dossier ou des liens.",
            "The archive “{name}” is refused: it holds paths that leave its folder, or links.",
        ),
        ("Recréez-la à partir d’un dossier ordinaire.", "Make it again from an ordinary folder."),
    ),
    "xml_entities": Words(
        (
            "Le fichier « {name} » est refusé : il déclare des entités XML.",
            "The file “{name}” is refused: it declares XML entities.",
        ),
        ("Exportez-le sans déclaration d’entités.", "Export it without declarations of entities."),
    ),
    "private_key": Words(
        (
            "Le fichier « {name} » contient une clé privée, qui ne doit être transmise à personne.",
            "The file “{name}” holds a private key, which must be given to nobody.",
        ),
        ("Déposez le certificat seul.", "Deposit the certificate alone."),
    ),
    "image_bomb": Words(
        (
            "L’image « {name} » est démesurée : {width} × {height} points.",
            "The image “{name}” is huge: {width} × {height} pixels.",
        ),
        ("Réduisez-la, puis déposez-la à nouveau.", "Make it smaller, then deposit it again."),
    ),
    "virus": Words(
        (
            "L’antivirus a trouvé un programme malveillant dans le fichier « {name} ».",
            "The antivirus found a malicious program in the file “{name}”.",
        ),
        (
            "Retirez-le, analysez votre poste, puis déposez un fichier sain à la place.",
            "Remove it, scan your computer, then deposit a clean file instead.",
        ),
    ),
}
