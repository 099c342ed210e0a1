"""Reviews by mail: one message a recipient, over SMTP."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from salesnb.actions import clock
from salesnb.actions.carriers import WAYS, Carry, MayHaveArrived, Options, OutOfReach, Parcel
from salesnb.addresses import is_address, one_line
from salesnb.errors import BadInput, nearest
from salesnb.secrets import expand

__all__ = ["Mail", "message_of"]

_KEYS = ("host", "port", "starttls", "from", "user", "password", "timeout")
_TLS_FROM_THE_START = 465
_NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
_NAMED = re.compile(r"\$\{[A-Za-z_]\w*\}")
_FROM = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")


@dataclass(frozen=True, kw_only=True)
class _Server:
    """What ``[deliveries.smtp]`` says, checked; the password is still the name of its variable."""

    host: str
    port: int
    starttls: bool
    sender: Address
    user: str
    password: str = field(repr=False)
    timeout: int
    where: str


class Mail:
    """Sends each parcel as a message with its pages attached, over one connection."""

    repeatable = False

    def check(self, options: Options) -> None:
        """Check the options, and that the password's variable is set; no server is asked."""
        server = _server(options)
        expand(server.password, where=f"{server.where} password")

    @contextmanager
    def open(self, options: Options) -> Iterator[Carry]:
        """Give what sends one parcel; the server is asked with the first."""
        line = _Line(_server(options))
        try:
            yield line.send
        finally:
            line.hang_up()


class _Line:
    """A connection that is made when it is needed, and anew after anything that went wrong."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, parcel: Parcel) -> None:
        content = message_of(parcel, self._server.sender).as_bytes(policy=SMTP)
        smtp = self._connected()
        try:
            self._hand_over(smtp, parcel, content)
        except BaseException:
            # Whatever stood half said on this line must not be taken for the next message.
            self._drop()
            raise

    def _hand_over(self, smtp: smtplib.SMTP, parcel: Parcel, content: bytes) -> None:
        try:
            _accepted(smtp.mail(self._server.sender.addr_spec), "the sender")
            _accepted(smtp.rcpt(parcel.recipient), parcel.recipient)
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise OSError(f"The connection to {self._server.host} was lost: {_said(error)}") from error
        try:
            answer = smtp.data(content)
        except smtplib.SMTPDataError as error:
            answer = (error.smtp_code, _bytes(error.smtp_error))
        except OSError as error:
            raise MayHaveArrived(
                f"The connection to {self._server.host} was lost while the message was on its way: {_said(error)}"
            ) from error
        _accepted(answer, "the message")

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._connect()
            except OSError as error:
                raise OutOfReach(
                    f"The mail server {self._server.host}, port {self._server.port}, cannot be used: {_said(error)}"
                ) from error
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.port == _TLS_FROM_THE_START:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.starttls and server.port != _TLS_FROM_THE_START:
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, expand(server.password, where=f"{server.where} password"))
        except BaseException:
            smtp.close()
            raise
        return smtp

    def hang_up(self) -> None:
        """End the connection politely."""
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def message_of(parcel: Parcel, sender: Address) -> EmailMessage:
    """Write the message: the findings as text, each page as an attached file.

    Its id is made of the parcel's key, so that mail programs know one that came twice.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=parcel.recipient)
    message["Subject"] = one_line(parcel.subject)
    message["Date"] = format_datetime(clock.moment())
    message["Message-ID"] = f"<{parcel.key[:40]}@{sender.domain}>"
    # Nobody's holiday notice should answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(parcel.text)
    for name in parcel.pages:
        message.add_attachment(
            parcel.read(name), maintype="text", subtype="html", filename=name, params={"charset": "utf-8"}
        )
    return message


def _server(options: Options) -> _Server:
    for key in options.values:
        if key not in _KEYS:
            raise BadInput(f"There is no setting {key!r}.", where=options.where, hint=nearest(key, _KEYS))
    server = _Server(
        host=options.take("host", str),
        port=options.take("port", int, 587),
        starttls=options.take("starttls", bool, True),
        sender=_sender(options),
        user=options.take("user", str, ""),
        password=options.take("password", str, ""),
        timeout=options.take("timeout", int, 30),
        where=options.where,
    )
    _check_secrecy(server)
    return server


def _check_secrecy(server: _Server) -> None:
    """Refuse a password in the file, one that would travel in clear text, and half of a log-in."""
    if server.password and not _NAMED.fullmatch(server.password):
        raise BadInput(
            "password is not the name of an environment variable.",
            where=server.where,
            hint='Write password = "${SALESNB_SMTP_PASSWORD}" and set that variable.',
        )
    if bool(server.user) != bool(server.password):
        raise BadInput("user and password go together.", where=server.where, hint="Give both or neither.")
    clear = not server.starttls and server.port != _TLS_FROM_THE_START
    if server.user and clear and server.host not in _NEAR:
        raise BadInput(
            "The password would travel in clear text.", where=server.where, hint="Write starttls = true."
        )


def _sender(options: Options) -> Address:
    text = str(options.take("from", str))
    found = _FROM.fullmatch(text.strip())
    name, address = (found["name"], found["address"]) if found else ("", text)
    if not is_address(address.strip()):
        raise BadInput(
            f"from is {one_line(text)!r}, which has no e-mail address.",
            where=options.where,
            hint='Write from = "Sales planning <planning@example.com>".',
        )
    try:
        return Address(one_line(name).strip(' "'), addr_spec=address.strip())
    except (MessageError, ValueError):
        raise BadInput("from cannot be written into a mail.", where=options.where) from None


def _accepted(answer: tuple[int, bytes], what: str) -> None:
    """Raise what the server said, where it refuses."""
    code, told = answer
    if 200 <= code < 300:
        return
    later = " for now" if 400 <= code < 500 else ""
    raise OSError(f"The mail server refuses {what}{later}: {code} {one_line(told.decode(errors='replace'))}")


def _bytes(told: bytes | str) -> bytes:
    return told if isinstance(told, bytes) else told.encode()


def _said(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {one_line(_bytes(error.smtp_error).decode(errors='replace'))}"
    return one_line(error.strerror or str(error) or type(error).__name__)


WAYS.add("smtp", Mail(), origin=__name__)
