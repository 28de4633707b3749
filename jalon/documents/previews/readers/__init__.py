"""Readers of foreign formats. They run in a process of their own (see `running`) and know nothing of the application.

A reader is a function `(file, **asked) -> dict`: numbers, texts and lists, each with a limit of its own. Problem says
why there is nothing to show.
"""
