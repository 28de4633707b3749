"""What a page shows of somebody's file, so that nobody has to download it to judge it.

text       a window on a text of any size, and search in it: our own reading, never more than a little at a time
encoding   how the bytes of a text stand for characters
running    has one of the readers run in a process of its own, with little memory and little time
readers    what opens foreign formats: they know neither Django nor the application
"""
