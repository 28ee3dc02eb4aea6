"""Those whom armd does not know: refused or ignored, and counted."""

from harness import agree, check, wait_until
from lab.process import run

# Connects as somebody else and prints what comes before the connection ends.
STRANGER = """
import socket
connection = socket.create_connection(("127.0.0.1", 1179), 5, ("127.0.0.77", 0))
try:
    print(len(connection.recv(4096)))
except ConnectionResetError:
    print(0)
"""


def unknown_peer(lab):
    """A BGP connection from an address that is nobody's neighbor."""
    before = lab.status()["bgp"]["connections_refused"]
    heard = run(*lab.switch.enter, "python3", "-c", STRANGER)
    check(heard.strip() == "0", f"armd said {heard.strip()} bytes to a stranger")
    wait_until(lambda: lab.status()["bgp"]["connections_refused"] == before + 1, 5,
               "it is counted")
    agree(lab)


def unknown_agent(lab):
    """sFlow from an agent that belongs to no router."""
    before = lab.status()
    traffic = lab.start_traffic("--agent", "192.0.2.99", "--rate", "500", "--seconds", "1",
                                name="stranger")
    wait_until(lambda: not traffic.running(), 5, "the stranger has spoken")
    wait_until(lambda: lab.status()["sflow"]["unknown_agents"]
               > before["sflow"]["unknown_agents"], 5, "it is counted")
    agents = [agent["address"] for router in lab.status()["routers"]
              for agent in router["agents"]]
    check(agents == ["10.0.0.136"], f"agents are {agents}")


TESTS = (unknown_peer, unknown_agent)
