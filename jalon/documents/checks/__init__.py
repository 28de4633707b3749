"""What can be said of a piece of proof by itself: named checks, without Django, database or network.

model        what a check, a finding and a declaration are
facts        what was read in a file, as data
readers/     reads foreign bytes, in a process of its own
reading      starts that process
door         what a file must be to be taken in at all
files        checks of films, pictures, papers and messages, over their facts
texts        checks of links and numbers
reports      checks of test reports held elsewhere, over their facts
registry     all of them, by name (docs/checks.md)
judging      a piece and what its kind declares in, findings out
telling      what was read, for people
sentences    what each finding says, and how to mend it
"""
