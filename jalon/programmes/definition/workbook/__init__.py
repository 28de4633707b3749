"""Requirement workbooks: to chapters of a definition, and back (docs/definitions.md, "Importing").

One idea a file, in the order in which a workbook passes through them:

archive    what the file is, before anything parses it
reader     the parser, in a process of its own
formulas   cells that hold a formula or its error, under limits too
cells      sheets as plain values, under limits
layouts    which column is which: the headers that we know
table      the one sheet with the list, as lines of named texts
rows       lines trimmed, filled and mended: one row, one proof
kinds      what a proof is, guessed from its words
keys       opaque names that survive the next import
chapters   rows put together by chapter, requirement, scenario and proof
adoption   what an earlier definition of the same list already knew
importing  all of this in one call
composing  the chapters inside a whole definition
exporting  and back to the 14 columns
report     what was read, mended, refused
"""
