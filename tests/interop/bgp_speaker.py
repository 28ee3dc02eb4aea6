#!/usr/bin/env python3
"""A BGP neighbor that behaves badly: bgp_speaker.py SCENARIO FROM TO PORT AS.

Prints a word for each thing that happens to it, a line each, and goes on until killed.
"""

import socket
import struct
import sys
import time

MARKER = b"\xff" * 16
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = range(1, 6)
IPV4_UNICAST = struct.pack("!HBB", 1, 0, 1)
REJECTED = b"\x06\x05"


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def open_message(asn, hold_s):
    """With multiprotocol for IPv4 unicast, route refresh, and four-octet AS numbers."""
    capabilities = (b"\x01\x04" + IPV4_UNICAST + b"\x02\x00" + b"\x46\x00"
                    + b"\x41\x04" + struct.pack("!I", asn))
    parameter = b"\x02" + bytes([len(capabilities)]) + capabilities
    return message(OPEN, struct.pack("!BHH4sB", 4, asn, hold_s, b"\x0a\x00\x00\x42",
                                     len(parameter)) + parameter)


class Speaker:
    def __init__(self, near, far, port, asn):
        self.near, self.far, self.port, self.asn = near, far, int(port), int(asn)
        self.socket = None

    def dial(self, receive_buffer=0):
        self.socket = socket.socket()
        self.socket.settimeout(60)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.bind((self.near, 0))
        self.socket.connect((self.far, self.port))

    def read_exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise ConnectionResetError
            data += piece
        return data

    def hear(self):
        """The next message: its type and body; type 0 if the connection ended."""
        try:
            head = self.read_exactly(19)
            return head[18], self.read_exactly(struct.unpack("!H", head[16:18])[0] - 19)
        except OSError:
            return 0, b""

    def bring_up(self, hold_s=90, receive_buffer=0):
        """Dials until the session is up."""
        while True:
            self.dial(receive_buffer)
            self.socket.sendall(open_message(self.asn, hold_s))
            if self.hear()[0] == OPEN and self.hear()[0] == KEEPALIVE:
                self.socket.sendall(message(KEEPALIVE))
                print("up", flush=True)
                return
            self.socket.close()
            time.sleep(0.2)

    def hear_all(self):
        """Says what it hears until the connection ends."""
        while True:
            kind, body = self.hear()
            if kind == 0:
                print("closed", flush=True)
                return
            said = f"notification {body[0]}/{body[1]}" if kind == NOTIFICATION else kind
            print(f"heard {said}", flush=True)


def flap(speaker):
    """Goes as soon as it has heard an OPEN, for ever."""
    while True:
        speaker.dial()
        speaker.socket.sendall(open_message(speaker.asn, 90))
        kind, body = speaker.hear()
        if kind == OPEN:
            print("let in", flush=True)
        elif kind == NOTIFICATION and body[:2] == REJECTED:
            print("kept out", flush=True)
            time.sleep(0.1)
        speaker.socket.close()


def silent(speaker):
    """Without a hold time it may be as silent as it likes."""
    speaker.bring_up(hold_s=0)
    speaker.hear_all()


def deaf(speaker):
    """Asks and asks, and hears nothing of the answers."""
    speaker.bring_up(hold_s=0, receive_buffer=4096)
    try:
        while True:
            speaker.socket.sendall(message(REFRESH, IPV4_UNICAST))
    except OSError:
        print("closed", flush=True)
    time.sleep(3600)


def noisy(speaker):
    """Says something that is no BGP."""
    speaker.bring_up()
    speaker.socket.sendall(b"GET / HTTP/1.1\r\nHost: armd\r\n\r\n")
    speaker.hear_all()


def faulty(speaker):
    """Sends a route that is well, makes it a bad one, and then what cannot be read."""
    route = b"\x18\xc6\x33\x64"
    good = b"\x40\x01\x01\x00\x40\x02\x00\x40\x03\x04\xc0\x00\x02\x01"
    bad = good.replace(b"\x01\x01\x00", b"\x01\x01\x07", 1)

    def update(attributes, nlri):
        return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + nlri)

    speaker.bring_up()
    for words in (update(good, route), update(bad, route),
                  update(good, route + b"\x21\x0a\x00\x00\x00\x00")):
        speaker.socket.sendall(words)
    speaker.hear_all()


def parting(speaker):
    """Goes with a text that is not all text."""
    speaker.bring_up()
    text = "bye \x1b[31m \N{SNOWMAN}".encode() + b"\xff"
    speaker.socket.sendall(message(NOTIFICATION, b"\x06\x04" + bytes([len(text)]) + text))
    speaker.hear_all()


if __name__ == "__main__":
    {"flap": flap, "silent": silent, "deaf": deaf, "noisy": noisy, "faulty": faulty,
     "parting": parting}[sys.argv[1]](Speaker(*sys.argv[2:]))
