"""How long the web server waits for a connection that says nothing more.

A thread that reads a request waits in the kernel: a laptop that leaves its network in the middle sends no last word,
and would keep the thread for ever. The limit is set on the listening socket, whose connections inherit it: so it holds
for headers and bodies of whatever request, before any code of ours sees it.
"""

import socket
import struct

SILENCE = 30  # seconds without a byte


def bound_silence(listener: socket.socket, seconds: int = SILENCE) -> None:
    """Reading and writing on its connections fail (EAGAIN) after that long without a byte."""
    limit = struct.pack("ll", seconds, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
