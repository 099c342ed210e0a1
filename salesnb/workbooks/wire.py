"""The messages of a kernel over one socket: the frames that Jupyter's sockets would carry, with the channel's name."""

import select
import socket
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any

__all__ = ["KEY", "Wire"]

# Nobody but the two sides has the socket; without any key each would warn of that.
KEY = b"wire"

_COUNT = struct.Struct("!II")
_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20
# A message: its channel, and its frames.
Message = tuple[str, list[bytes]]


class Wire:
    """One side of the socket.

    Parameters
    ----------
    connection
        A stream socket that blocks.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._came = bytearray()
        self._writing = threading.Lock()

    def send(self, channel: str, frames: Sequence[bytes]) -> None:
        """Send a message; may be called from any thread.

        Raises
        ------
        OSError
            When the other side is gone.
        """
        name, parts = channel.encode(), [bytes(frame) for frame in frames]
        head = _COUNT.pack(len(name), len(parts)) + name + b"".join(_LENGTH.pack(len(part)) for part in parts)
        with self._writing:
            self._connection.sendall(b"".join((head, *parts)))

    def receive(self, until: float | None = None) -> Message | None:
        """Wait for a message; None when the other side is gone.

        Parameters
        ----------
        until
            A moment of `time.monotonic`; None to wait for as long as it takes.

        Raises
        ------
        TimeoutError
            When none has come by then.
        """
        while (message := self._taken()) is None:
            if until is not None and not self._has_more(until):
                raise TimeoutError
            try:
                more = self._connection.recv(_CHUNK)
            except OSError:
                return None
            if not more:
                return None
            self._came += more
        return message

    def stream(self, channel: str) -> "_Stream":
        """Give what a kernel takes for its socket."""
        return _Stream(self, channel)

    def _has_more(self, until: float) -> bool:
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return bool(poll.poll(max(0.0, until - time.monotonic()) * 1000))

    def _taken(self) -> Message | None:
        """Take a message off the front of what came; None where it is not whole yet."""
        came = self._came
        if len(came) < _COUNT.size:
            return None
        length, count = _COUNT.unpack_from(came)
        names = _COUNT.size + length
        start = names + count * _LENGTH.size
        if len(came) < start:
            return None
        lengths = [_LENGTH.unpack_from(came, names + n * _LENGTH.size)[0] for n in range(count)]
        if len(came) < start + sum(lengths):
            return None
        channel, frames = came[_COUNT.size : names].decode(), []
        for size in lengths:
            frames.append(bytes(came[start : start + size]))
            start += size
        del came[:start]
        return channel, frames


class _Stream:
    """As much of a ZeroMQ socket as a kernel uses of those that it writes to."""

    def __init__(self, wire: Wire, channel: str) -> None:
        import zmq

        self._wire, self._channel = wire, channel
        self.context: Any = zmq.Context.instance()
        self.closed = False

    def send_multipart(self, frames: Sequence[Any], *_rest: Any, **_more: Any) -> None:
        """Send the frames of a message."""
        self._wire.send(self._channel, frames)

    def flush(self, *_rest: Any) -> None:
        """Do nothing: all that was sent has gone."""

    def close(self, *_rest: Any) -> None:
        """Say no more."""
        self.closed = True
