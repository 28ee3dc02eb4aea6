"""armd's REST API, asked over its Unix socket."""

import http.client
import json
import socket

from .process import LabError


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("armd", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(socket_path, path, method="GET"):
    """What the armd with that socket answers to a request for `path`."""
    connection = UnixConnection(socket_path)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        body = reply.read()
    finally:
        connection.close()
    if reply.status != 200:
        raise LabError(f"{method} {path}: {reply.status} {body.decode(errors='replace')}")
    return json.loads(body)
