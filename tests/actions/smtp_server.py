"""A small mail server on this machine that takes messages and can be made to misbehave."""

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


class HangUp(Exception):
    """Ends the connection without another word."""


@dataclass
class Server:
    """What it took, and what it is told to do.

    Attributes
    ----------
    taken
        Pairs of the recipient in the envelope and the message's bytes, in order.
    refuse
        Answers by recipient, such as ``550 no such user``.
    before
        Called with the name of a command before it is answered, and with ``taken`` once a message is kept but not yet
        confirmed; it may raise `HangUp`.
    login
        User and password that it wants; None takes anybody.
    context
        Makes STARTTLS possible.
    """

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _command: None
    login: tuple[str, str] | None = None
    context: ssl.SSLContext | None = None
    connections: int = 0
    secured: list[bool] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.taken]

    def message(self, place: int = 0) -> EmailMessage:
        return message_from_bytes(self.taken[place][1], policy=policy.default)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(HangUp, ConnectionError, asyncio.IncompleteReadError):
            await _Talk(self, reader, writer).run()
        writer.close()


class _Talk:
    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.to: list[str] = []
        self.secure = False
        self.known = server.login is None

    async def run(self) -> None:
        await self.say("220 here")
        while line := (await self.reader.readline()).decode().rstrip("\r\n"):
            command = line.split(" ")[0].split(":")[0].upper()
            self.server.before(command)
            if command == "QUIT":
                await self.say("221 bye")
                return
            await self.answer(command, line)

    async def answer(self, command: str, line: str) -> None:
        if command == "EHLO":
            offers = ["STARTTLS"] if self.server.context and not self.secure else []
            offers += ["AUTH PLAIN"] if self.server.login else []
            words = ["here", *offers]
            await self.say(*(f"250{'-' if word != words[-1] else ' '}{word}" for word in words))
        elif command == "STARTTLS":
            await self.say("220 go on")
            await self.writer.start_tls(self.server.context)
            self.secure = True
        elif command == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            self.known = (user, password) == self.server.login
            await self.say("235 welcome" if self.known else "535 5.7.8 not you")
        elif command == "MAIL":
            self.to = []
            await self.say("250 ok" if self.known else "530 who are you?")
        elif command == "RCPT":
            address = line.partition("<")[2].partition(">")[0]
            refusal = self.server.refuse.get(address)
            self.to += [] if refusal else [address]
            await self.say(refusal or "250 ok")
        elif command == "DATA":
            await self.take()
        else:
            await self.say("250 ok")

    async def take(self) -> None:
        await self.say("354 go on")
        content = await self.reader.readuntil(b"\r\n.\r\n")
        self.server.taken += [(to, content[:-3].replace(b"\r\n..", b"\r\n.")) for to in self.to]
        self.server.secured.append(self.secure)
        self.server.before("taken")
        await self.say("250 kept")

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run it in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(server.serve, "127.0.0.1", 0, limit=2**24), loop
    ).result()
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
