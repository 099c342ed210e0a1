"""The messages of a kernel over one socket: the frames that Jupyter's sockets would carry, with the channel's name."""

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["Wire", "messages"]

_COUNT = struct.Struct("!II")
_LENGTH = struct.Struct("!Q")
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
        self._file = connection.makefile("rb")
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

    def receive(self) -> Message | None:
        """Wait for a message; None when the other side is gone."""
        try:
            head = self._file.read(_COUNT.size)
            if len(head) < _COUNT.size:
                return None
            length, count = _COUNT.unpack(head)
            channel = self._file.read(length).decode()
            lengths = [_LENGTH.unpack(self._file.read(_LENGTH.size))[0] for _ in range(count)]
            frames = [self._file.read(size) for size in lengths]
        except (OSError, struct.error):
            return None
        whole = all(len(frame) == size for frame, size in zip(frames, lengths, strict=True))
        return (channel, frames) if whole else None

    def stream(self, channel: str) -> "_Stream":
        """Give what a kernel takes for its socket."""
        return _Stream(self, channel)


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


def messages(buffer: bytearray) -> Iterator[Message]:
    """Take the whole messages off the front of a buffer, and leave the rest there."""
    while len(buffer) >= _COUNT.size:
        length, count = _COUNT.unpack_from(buffer)
        start = _COUNT.size + length + count * _LENGTH.size
        if len(buffer) < start:
            return
        at = _COUNT.size + length
        lengths = [_LENGTH.unpack_from(buffer, at + n * _LENGTH.size)[0] for n in range(count)]
        if len(buffer) < start + sum(lengths):
            return
        frames = []
        for size in lengths:
            frames.append(bytes(buffer[start : start + size]))
            start += size
        channel = buffer[_COUNT.size : at].decode()
        del buffer[:start]
        yield channel, frames
