"""…/chapitres/<key>: the workspace where a verifier judges the proofs of a chapter, one slot at a time (G15).

Everything works without JavaScript: one slot a page, chosen by `?preuve=`. Beginning the examination is a POST.

workspace    what is judged
pieces       what is shown of a piece of proof
page         the page
acts         begin, judge, close
"""
