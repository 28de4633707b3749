"""What can be said about a requirement workbook: code → French, English. Part of the catalogue in findings.py.

`workbook.*` refuse the file. Of the rest, ERRORS are rows that cannot be used (nothing is imported), IGNORED what is
left out, and all others mends. docs/definitions.md lists them.
"""

REFUSALS: dict[str, tuple[str, str]] = {
    "workbook.not_one": (
        "Ce fichier n’est pas un classeur Excel (.xlsx) : choisissez le classeur de la liste d’exigences.",
        "This is not an Excel workbook (.xlsx): choose the workbook of the requirement list.",
    ),
    "workbook.old_format": (
        "Ce classeur a l’ancien format .xls : enregistrez-le au format .xlsx.",
        "This workbook has the old .xls format: save it as .xlsx.",
    ),
    "workbook.binary": (
        "Ce classeur a le format binaire .xlsb : enregistrez-le au format .xlsx.",
        "This workbook has the binary .xlsb format: save it as .xlsx.",
    ),
    "workbook.open_document": (
        "Ce classeur a le format OpenDocument : enregistrez-le au format .xlsx.",
        "This workbook has the OpenDocument format: save it as .xlsx.",
    ),
    "workbook.csv": (
        "Ce fichier est du texte à séparateurs (CSV) : ouvrez-le dans un tableur et enregistrez-le au format .xlsx.",
        "This file is separated text (CSV): open it in a spreadsheet program and save it as .xlsx.",
    ),
    "workbook.macros": (
        "Le classeur contient des macros : enregistrez-le au format .xlsx, qui n’en contient pas.",
        "The workbook holds macros: save it as .xlsx, which holds none.",
    ),
    "workbook.protected": (
        "Le classeur est protégé par un mot de passe : retirez-le.",
        "The workbook is protected by a password: remove it.",
    ),
    "workbook.broken": (
        "Le classeur est endommagé : ouvrez-le dans un tableur et enregistrez-le à nouveau.",
        "The workbook is damaged: open it in a spreadsheet program and save it again.",
    ),
    "workbook.xml_bomb": (
        "Le classeur déclare un type de document XML, ce que ne fait aucun tableur : enregistrez-le à nouveau.",
        "The workbook declares an XML document type, which no spreadsheet program does: save it again.",
    ),
    "workbook.zip_bomb": (
        "Le classeur décompressé dépasse {limit} : retirez images et feuilles inutiles.",
        "The unpacked workbook exceeds {limit}: remove needless pictures and sheets.",
    ),
    "workbook.too_large": (
        "Le fichier dépasse {limit} : retirez images et feuilles inutiles.",
        "The file exceeds {limit}: remove needless pictures and sheets.",
    ),
    "workbook.too_many_parts": (
        "Le classeur a plus de {limit} parties : copiez la liste dans un classeur neuf.",
        "The workbook has more than {limit} parts: copy the list into a new workbook.",
    ),
    "workbook.too_many_rows": (
        "La feuille va au-delà de {limit} lignes : supprimez les lignes sans exigence.",
        "The sheet goes beyond {limit} rows: delete the rows without a requirement.",
    ),
    "workbook.too_many_columns": (
        "La feuille va au-delà de {limit} colonnes : supprimez les colonnes inutiles.",
        "The sheet goes beyond {limit} columns: delete the needless columns.",
    ),
    "workbook.too_much_text": (
        "Le classeur contient plus de {limit} de texte : retirez les textes répétés.",
        "The workbook holds more than {limit} of text: remove repeated texts.",
    ),
    "workbook.too_heavy": (
        "La lecture du classeur demande trop de temps ou de mémoire : copiez la liste dans un classeur neuf.",
        "Reading the workbook takes too much time or memory: copy the list into a new workbook.",
    ),
    "workbook.no_sheet": (
        "Le classeur n’a aucune feuille de calcul : ajoutez celle de la liste.",
        "The workbook has no worksheet: add that of the list.",
    ),
    "workbook.no_header": (
        "Aucune feuille n’a de ligne d’en-têtes connue : nommez les colonnes (ID, Chapitre, Exigence…).",
        "No sheet has a header row that is known: name the columns (ID, Chapitre, Exigence…).",
    ),
    "workbook.columns": (
        "Aucune feuille n’a toutes les colonnes attendues ; il manque : {names}.",
        "No sheet has all expected columns; missing: {names}.",
    ),
    "workbook.two_lists": (
        "Plusieurs feuilles sont des listes d’exigences ({names}) : nommez « Exigences » celle à lire, elle seule.",
        "Several sheets are requirement lists ({names}): name “Exigences” the one to read, and no other.",
    ),
    "workbook.empty": (
        "La liste ne contient aucune exigence : remplissez-la sous ses en-têtes.",
        "The list holds no requirement: fill it in below its headers.",
    ),
}

ERRORS: dict[str, tuple[str, str]] = {
    "row.no_id": (
        "Ligne sans identifiant d’exigence, et rien ne dit de laquelle elle dépend : donnez-lui un ID.",
        "A row without a requirement number, and nothing tells to which it belongs: give it an ID.",
    ),
    "cell.too_long": (
        "Plus de {limit} caractères : raccourcissez ce code ou ce nom.",
        "More than {limit} characters: shorten this code or name.",
    ),
    "cell.error": (
        "La cellule contient une erreur de formule : corrigez-la ou écrivez la valeur.",
        "The cell holds the error of a formula: correct it or write the value.",
    ),
    "cell.not_computed": (
        "La cellule contient une formule jamais calculée : ouvrez le classeur dans un tableur et enregistrez-le.",
        "The cell holds a formula that was never computed: open the workbook in a spreadsheet program and save it.",
    ),
    "chapter.none": (
        "Aucun chapitre, ni ici ni au-dessus : écrivez-le.",
        "No chapter, neither here nor above: write it.",
    ),
    "perimeter.none": (
        "Aucun périmètre pour cette exigence : écrivez-le, il décide de ce qui s’applique.",
        "No perimeter for this requirement: write it, it decides what applies.",
    ),
    "profile.none": (
        "Aucun profil pour cette exigence : écrivez-le, il décide de ce qui s’applique.",
        "No profile for this requirement: write it, it decides what applies.",
    ),
}

IGNORED: dict[str, tuple[str, str]] = {
    "sheet.ignored": (
        "Feuille laissée de côté : la liste est sur une autre.",
        "Sheet left aside: the list is on another.",
    ),
    "row.above_header": (
        "Ligne au-dessus des en-têtes : elle est laissée de côté.",
        "A row above the headers: it is left aside.",
    ),
    "column.ignored": (
        "Colonne inconnue : elle est laissée de côté.",
        "Unknown column: it is left aside.",
    ),
}

MENDS: dict[str, tuple[str, str]] = {
    "column.twice": (
        "Deux colonnes portent cet en-tête : la première est lue ; retirez l’autre.",
        "Two columns have this header: the first is read; remove the other.",
    ),
    "row.nothing": (
        "Ligne sans exigence, scénario ni preuve : elle est laissée de côté.",
        "A row without requirement, scenario or proof: it is left aside.",
    ),
    "cell.spaces": (
        "Espaces superflus ou caractères invisibles : ils sont retirés.",
        "Needless spaces or invisible characters: they are removed.",
    ),
    "cell.merged": (
        "Cellule fusionnée : sa valeur vaut pour chacune de ses lignes.",
        "Merged cell: its value holds for each of its rows.",
    ),
    "cell.formula": (
        "La cellule contient une formule : sa dernière valeur est prise ; écrivez la valeur.",
        "The cell holds a formula: its last value is taken; write the value.",
    ),
    "cell.from_requirement": (
        "Cellule vide : la valeur d’une autre ligne de la même exigence est prise.",
        "Empty cell: the value of another row of the same requirement is taken.",
    ),
    "chapter.from_above": (
        "Chapitre vide : celui de la ligne au-dessus est pris.",
        "Empty chapter: that of the row above is taken.",
    ),
    "id.from_scenario": (
        "ID vide : le numéro du scénario ou de la preuve dit l’exigence.",
        "Empty ID: the number of the scenario or of the proof tells the requirement.",
    ),
    "code.number": (
        "Un nombre tient lieu de code, des zéros ont pu se perdre : vérifiez-le et mettez la cellule en texte.",
        "A number stands for a code, zeros may be lost: check it and turn the cell into text.",
    ),
    "code.nearly_same": (
        "Ce code ne diffère de celui de la ligne {other} que par le préfixe ou la casse : les deux sont gardés.",
        "This code differs from that of row {other} by its prefix or its case alone: both are kept.",
    ),
    "name.spelling": (
        "Nom écrit autrement ailleurs : la forme connue est prise.",
        "A name that is written otherwise elsewhere: the known form is taken.",
    ),
    "perimeter.new": (
        "Périmètre inconnu du modèle : il s’applique à toutes les candidatures ; donnez-lui sa condition.",
        "A perimeter that the model does not know: it applies to every application; give it its condition.",
    ),
    "order.not_number": (
        "Un nombre entier est attendu : 0 est pris, l’ordre des lignes est gardé.",
        "A whole number is expected: 0 is taken, the order of the rows is kept.",
    ),
    "nature.unknown": (
        "DOIT ou PEUT est attendu : l’exigence est prise pour obligatoire.",
        "DOIT or PEUT is expected: the requirement is taken for mandatory.",
    ),
    "requirement.no_statement": (
        "Exigence sans énoncé : son titre en tient lieu.",
        "A requirement without a statement: its title stands for it.",
    ),
    "requirement.no_scenario": (
        "Exigence sans scénario : elle est montrée, rien n’est à déposer.",
        "A requirement without a scenario: it is shown, nothing is to be handed in.",
    ),
    "requirement.no_proof": (
        "Exigence sans preuve attendue : elle est montrée, rien n’est à déposer.",
        "A requirement without an expected proof: it is shown, nothing is to be handed in.",
    ),
    "requirement.two_chapters": (
        "Exigence aussi dans le chapitre « {chapter} » (ligne {other}) : elle est gardée dans les deux.",
        "A requirement that is also in the chapter “{chapter}” (row {other}): it is kept in both.",
    ),
    "scenario.no_number": (
        "Preuve sans numéro de scénario : elle est rangée sous l’exigence.",
        "A proof without a scenario number: it is put under the requirement.",
    ),
    "scenario.no_proof": (
        "Scénario sans preuve attendue : il est montré, rien n’est à déposer.",
        "A scenario without an expected proof: it is shown, nothing is to be handed in.",
    ),
    "proof.no_text": (
        "Numéro de preuve sans texte : aucune preuve n’est attendue.",
        "A proof number without a text: no proof is expected.",
    ),
    "proof.no_number": (
        "Preuve sans numéro : elle est reconnue à son texte.",
        "A proof without a number: it is known by its text.",
    ),
    "proof.repeated": (
        "Même preuve que la ligne {other} : une seule place, tous les textes gardés.",
        "The same proof as row {other}: a single place, all texts kept.",
    ),
    "proof.two_scenarios": (
        "Numéro de preuve déjà ligne {other}, sous un autre scénario : une place dans chacun.",
        "A proof number that row {other} has under another scenario: a place in each.",
    ),
    "text.differs": (
        "Texte différent de celui de la ligne {other} : les deux sont gardés.",
        "A text that differs from that of row {other}: both are kept.",
    ),
    "text.dangerous": (
        "Le texte contenait un programme ou un objet inséré : il est retiré, le texte lisible est gardé.",
        "The text held a program or an embedded object: it is removed, the readable text is kept.",
    ),
    "text.maybe_cut": (
        "Texte aussi long qu’une cellule peut l’être : la fin s’est peut-être perdue, vérifiez-la.",
        "A text as long as a cell can be: its end may be lost, check it.",
    ),
}

WORKBOOK_MESSAGES = {**REFUSALS, **ERRORS, **IGNORED, **MENDS}
