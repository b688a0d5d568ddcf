# SPDX-License-Identifier: EUPL-1.2
"""The lines between nodes and brokers of a system under test, each of which can be cut, silenced or slowed alone.

A relay of TCP stands where the registry says that a broker is, and the broker behind it (its setting `bind`). Whose
connection it is, the relay finds in /proc: the socket belongs to one of the system's processes. So it needs no
privilege and no network of its own.
"""

import asyncio
import contextlib
import os
import random
import threading
from pathlib import Path

INNER_PORT = 16  # from the port base on, one for each broker; see stack.place for those below
PIECE = 65536
TO_BROKER, TO_NODE = "to the broker", "to the node"
BOTH_WAYS = (TO_BROKER, TO_NODE)


class Link:
    """One line as it is now. Belongs to the relay's loop."""

    def __init__(self):
        self.is_cut = False
        self.silent = ()  # the directions in which nothing goes on
        self.delay = 0.0  # for every piece
        self.changed = asyncio.Event()
        self.connections = set()

    async def let_through(self, direction):
        """Returns when a piece may go on in this direction."""
        if self.delay:
            await asyncio.sleep(random.uniform(0, 2 * self.delay))
        while direction in self.silent and not self.is_cut:
            self.changed.clear()
            await self.changed.wait()


class Connection:
    def __init__(self, link, node, broker):
        self.link, self.writers = link, {TO_NODE: node[1], TO_BROKER: broker[1]}
        self.readers = {TO_BROKER: node[0], TO_NODE: broker[0]}

    async def run(self):
        self.link.connections.add(self)
        try:
            await asyncio.gather(*(self.pump(direction) for direction in BOTH_WAYS))
        finally:
            self.end()
            self.link.connections.discard(self)

    async def pump(self, direction):
        reader, writer = self.readers[direction], self.writers[direction]
        with contextlib.suppress(OSError):
            while piece := await reader.read(PIECE):
                await self.link.let_through(direction)
                if self.link.is_cut:  # in the middle of what was on its way
                    writer.write(piece[: random.randrange(len(piece))])
                    break
                writer.write(piece)
                await writer.drain()
        await self.link.let_through(direction)  # that one end hung up is not known behind a silent line either
        self.end()

    def end(self):
        for writer in self.writers.values():
            writer.transport.abort() if self.link.is_cut else writer.close()


class Links:
    """links.cut("reden", "broker-2"), silence(), slow(), heal(): from any thread."""

    def __init__(self, system):
        """Puts itself between the nodes and the brokers of a system that has not been started."""
        assert not system.children
        self.system = system
        if not system.prepared:
            system.prepare()
        self.brokers = [name for name, node in system.place.nodes.items() if node.role == "broker"]
        self.nodes = [name for name in system.place.nodes if name not in self.brokers]
        for name in self.brokers:
            with open(system.place.conf(name), "a") as conf:
                conf.write(f"bind = tcp://127.0.0.1:{self.inner_port(name)}\n")
        self.loop = asyncio.new_event_loop()
        self.links = {(node, broker): Link() for node in self.nodes for broker in self.brokers}
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.servers = [self.wait(self.serve(name)) for name in self.brokers]

    def inner_port(self, broker):
        return self.system.place.port_base + INNER_PORT + self.brokers.index(broker)

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    async def serve(self, broker):
        outer = int(self.system.place.endpoint(broker).rpartition(":")[2])

        async def accept(reader, writer):
            link = self.links.get((self.owner(writer.get_extra_info("peername")[1], outer), broker))
            try:
                if link is None or link.is_cut:
                    raise ConnectionError
                behind = await asyncio.open_connection("127.0.0.1", self.inner_port(broker))
            except OSError:
                writer.transport.abort()
                return
            await Connection(link, (reader, writer), behind).run()

        return await asyncio.start_server(accept, "127.0.0.1", outer)

    def owner(self, port, connected_to):
        """Which node's process holds the socket of this port, or None."""
        inode = None
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            ports = [int(address.rpartition(":")[2], 16) for address in words[1:3]]
            if ports == [port, connected_to]:
                inode = words[9]
        for name, child in list(self.system.children.items()):
            with contextlib.suppress(OSError):
                held = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{child.pid}/fd")}
                if f"socket:[{inode}]" in held:
                    return name
        return None

    # --- what a test does to a line ---

    def change(self, node, broker, is_cut=False, silent=(), delay=0.0):
        async def now():
            link = self.links[node, broker]
            link.is_cut, link.silent, link.delay = is_cut, silent, delay
            link.changed.set()
            if is_cut:
                await asyncio.sleep(0.05)  # for the pieces that are on their way to be torn
                for connection in list(link.connections):
                    connection.end()

        self.wait(now())

    def cut(self, node, broker):
        """Connections break, with half a frame delivered where one was on its way, and none can be made."""
        self.change(node, broker, is_cut=True)

    def silence(self, node, broker, directions=BOTH_WAYS):
        """Nothing arrives any more, also no word that the line is down; what was sent arrives when it is healed."""
        self.change(node, broker, silent=directions)

    def slow(self, node, broker, seconds):
        self.change(node, broker, delay=seconds)

    def heal(self, node, broker):
        self.change(node, broker)

    def heal_all(self):
        for node, broker in self.links:
            self.heal(node, broker)

    def count(self, node, broker):
        """How many connections this line has now."""
        return len(self.links[node, broker].connections)

    def close(self):
        async def end():
            for server in self.servers:
                server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.wait(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
