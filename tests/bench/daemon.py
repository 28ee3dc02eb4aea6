"""armd as a subject: configured, started, asked over its API, weighed."""

import http.client
import json
import socket
import time

from measure import Unavailable
from receivers import AS, HOME, Receiver, free_port

TARGET = "127.0.0.3"  # where the target session comes from
AGENT = "10.0.0.136"

CONFIG = """
log {{ level = {log} }}
http {{ listen = {{ "{address}:{http_port}" }} socket = "" }}
sflow {{ listen = {{ "{address}:{sflow_port}" }} receive-buffer = 4194304 }}
router "bench" {{
	as = {as_number}
	router-id = {address}
	rib "rib" {{ neighbor = {sender} local = {address} port = {port} hold-time = 240 }}
	target "target" {{ neighbor = {target} local = {address} port = {port} hold-time = 240 }}
	sflow {{ agents = {{ {agent} }} }}
	ipv4 {{ capacity = {capacity} }}
	ipv6 {{ capacity = {capacity} }}
}}
"""


def free_udp_port():
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind((HOME, 0))
        return probe.getsockname()[1]


class Daemon(Receiver):
    """armd with one router, one RIB session (from `sender`), one target, one agent."""

    capacity = 10000

    def start(self):
        self.http_port, self.sflow_port = free_port(self.address), free_udp_port()
        self.api = (self.address, self.http_port)
        config = self.folder / "armd.conf"
        words = {"http_port": self.http_port, "sflow_port": self.sflow_port, "port": self.port}
        words.update(address=self.address, sender=self.sender, target=TARGET, agent=AGENT)
        words.update(as_number=AS, capacity=self.capacity, log="warn")
        config.write_text(CONFIG.format(**words))
        self.run(self.build / "armd", "-c", config)
        self.wait_until(self.answers, "armd does not start")

    def answers(self):
        try:
            return bool(self.status())
        except OSError:
            return False

    def wait_until(self, done, complaint, seconds=10):
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Unavailable(complaint)
            time.sleep(0.02)

    def status(self):
        connection = http.client.HTTPConnection(*self.api, timeout=10)
        try:
            connection.request("GET", "/api/v1/status")
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def router(self):
        return self.status()["routers"][0]

    def routes(self):
        router = self.router()
        return router["ipv4"]["learned"] + router["ipv6"]["learned"]
