"""/instruction/programmes: this person's programmes; for their managers, lists that change (R1, R2, R4).

frame        who may open a page of a programme, head and tabs
listing      all programmes of this person
home         revisions and draft, downloads
workbook     a workbook into the draft, and the report
matches      likely matches, confirmed or refused
changes      a comparison in words and rows
difference   the page of differences
rules        what becomes of verdicts
impact       what publishing would do to each running file
publishing   reason, day, confirmation; the page of a revision
files        running files moved, and moved back
texts        texts of the draft, edited; requirement: one requirement
editable     which texts those are; text_forms: their fields, and what came back
preview      the draft as vendors will see it
dates        the dates of the programme
"""

from jalon.web.agency.programmes import (
    dates,
    difference,
    files,
    home,
    impact,
    listing,
    matches,
    preview,
    publishing,
    requirement,
    rules,
    texts,
    workbook,
)

urls = [
    *listing.urls,
    *dates.urls,
    *home.urls,
    *workbook.urls,
    *matches.urls,
    *difference.urls,
    *rules.urls,
    *impact.urls,
    *publishing.urls,
    *files.urls,
    *texts.urls,
    *requirement.urls,
    *preview.urls,
]
