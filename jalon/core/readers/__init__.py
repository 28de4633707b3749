"""Other people's bytes are parsed in processes of their own, one a file, with limits and without our secrets.

asking   hands a file to a reader, and takes its answer as data
server   the process from which readers are forked: it has their modules imported, and opens no file itself
"""
