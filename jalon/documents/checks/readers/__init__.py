"""Readers of foreign bytes: `main.answer` in a process of its own (`jalon.core.readers`).

Each reader takes a path and whether to look into the content (`deep`), returns the part of `Facts` that it fills, and
raises Trouble for what the file must not be. They run in a process with little memory, little time, no way to write, no
environment and, where the system lets them, no network.
"""
