"""…/chapitres/<key>: one chapter, where a vendor gives its proofs and hands it over (Guide RIS, étape 3).

The chapters side by side are in chapters.py. Here: one requirement a page, chosen by `?exigence=`, and one form for all
its slots.

slots        what is shown of each slot
choices      what is shown of a choice between several ways
page         the page
deposits     what is put into slots
reports      choose a test report at its platform
ways         a choice made or changed
handover     submit, take back
"""

from jalon.web.vendor.chapter import deposits, handover, page, reports, ways

urls = [*page.urls, *deposits.urls, *reports.urls, *handover.urls, *ways.urls]
