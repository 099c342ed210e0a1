"""Reviews by mail, against a mail server on this machine."""

import hashlib
import json
import shutil
import ssl
import subprocess
from email import policy
from email.headerregistry import Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.actions.carriers import Parcel
from salesnb.actions.delivering import DeliveryRequest, deliver
from salesnb.actions.handing_out import hand_out
from salesnb.actions.mailing import message_of
from salesnb.addresses import is_address, one_line
from salesnb.errors import BadInput, Damaged
from tests.actions.delivery_sample import RUN, SMTP, make_run, review_of, write_settings
from tests.actions.smtp_server import HangUp, Server, running

TO = '[deliveries]\ncompany = "cro@example.com"\n[deliveries.to]\nAlps = "ann@example.com"\nAndes = "bob@example.com"\n'
TEAMS = ("Alps", "Andes")
SEND = DeliveryRequest(send=True)


@pytest.fixture
def server():
    with running(Server()) as found:
        yield found


@pytest.fixture
def workspace(tmp_path, server):
    found = write_settings(tmp_path, TO + SMTP.format(port=server.port))
    make_run(found, TEAMS)
    return found


def statuses(outcome):
    return {line.recipient: line.status for line in outcome.lines}


def test_each_recipient_gets_one_message_with_the_page_attached(workspace, server):
    outcome = deliver(workspace, SEND)
    assert not outcome.failed
    assert server.recipients == ["cro@example.com", "ann@example.com", "bob@example.com"]
    message = server.message(1)
    assert message["To"] == "ann@example.com"
    assert message["From"] == "Planning <plan@example.com>"
    assert message["Subject"] == "Alps: KPI review Q4"
    assert message.get_body().get_content().startswith("Alps is on pace.\r\n")
    (page,) = message.iter_attachments()
    assert page.get_content_type() == "text/html"
    assert page.get_filename().endswith(".html")
    assert page.get_content() == "<p>Alps  – ü</p>"
    assert server.connections == 1


def test_nothing_is_sent_unless_asked_and_no_server_is_needed_to_look(workspace, server):
    outcome = deliver(workspace, DeliveryRequest())
    assert set(statuses(outcome).values()) == {"to send"}
    assert (server.connections, server.taken) == (0, [])
    assert "--send" in outcome.summary


def test_what_was_sent_is_not_sent_again(workspace, server):
    deliver(workspace, SEND)
    outcome = deliver(workspace, SEND)
    assert set(statuses(outcome).values()) == {"sent before"}
    assert len(server.taken) == 3
    assert server.connections == 1
    deliver(workspace, DeliveryRequest(send=True, again=True, only=("Alps",)))
    assert server.recipients[3:] == ["ann@example.com"]


def test_a_changed_review_is_sent_again_and_the_others_are_not(workspace, server):
    deliver(workspace, SEND)
    make_run(workspace, TEAMS, {"Andes": "better"})
    look = deliver(workspace, DeliveryRequest())
    assert {line.recipient: line.why for line in look.lines if line.status == "to send"} == {
        "bob@example.com": "Changed since it was sent."
    }
    deliver(workspace, SEND)
    assert server.recipients[3:] == ["bob@example.com"]
    (page,) = server.message(3).iter_attachments()
    assert page.get_content() == "<p>Andes better – ü</p>"


def test_of_several_reviews_the_changed_one_alone_is_sent_again(tmp_path, server):
    settings = TO.replace("bob@", "Ann@") + SMTP.format(port=server.port)
    workspace = write_settings(tmp_path, settings)
    make_run(workspace, TEAMS)
    deliver(workspace, SEND)
    assert server.message(1)["Subject"] == "KPI review Q4: Alps, Andes"
    assert len(list(server.message(1).iter_attachments())) == 2
    make_run(workspace, TEAMS, {"Andes": "better"})
    deliver(workspace, SEND)
    assert server.message(2)["Subject"] == "Andes: KPI review Q4"


def test_a_refused_recipient_is_told_and_the_others_go_on(workspace, server):
    server.refuse["ann@example.com"] = "550 5.1.1 no such\x07 user"
    outcome = deliver(workspace, SEND)
    assert outcome.failed
    assert statuses(outcome)["bob@example.com"] == "sent"
    (line,) = [line for line in outcome.lines if line.status == "not sent"]
    assert line.why == "The mail server refuses ann@example.com: 550 5.1.1 no such user"
    server.refuse.clear()
    deliver(workspace, SEND)
    assert server.recipients == ["cro@example.com", "bob@example.com", "ann@example.com"]


def test_a_refusal_for_now_is_told_apart(workspace, server):
    server.refuse["ann@example.com"] = "451 try later"
    outcome = deliver(workspace, SEND)
    assert any("refuses ann@example.com for now: 451 try later" in line.why for line in outcome.lines)


def test_a_server_that_is_down_is_asked_once(tmp_path):
    with running(Server()) as gone:
        port = gone.port
    workspace = write_settings(tmp_path, TO + SMTP.format(port=port))
    make_run(workspace, TEAMS)
    outcome = deliver(workspace, SEND)
    assert set(statuses(outcome).values()) == {"not sent"}
    assert all(f"127.0.0.1, port {port}, cannot be used" in line.why for line in outcome.lines)
    journal = (workspace.reviews_dir / "fy18" / f".{RUN}.sent.jsonl").read_text()
    assert journal.count('"sending"') == 1
    assert set(statuses(deliver(workspace, DeliveryRequest())).values()) == {"to send"}


@pytest.mark.parametrize(
    ("moment", "status"), [("MAIL", "not sent"), ("RCPT", "not sent"), ("taken", "may have been sent")]
)
def test_a_lost_connection_fails_one_message_and_says_whether_it_may_have_arrived(
    workspace, server, moment, status
):
    seen = []

    def cut(command):
        seen.append(command)
        if command == moment and seen.count(command) == 2:
            raise HangUp

    server.before = cut
    outcome = deliver(workspace, SEND)
    assert statuses(outcome) == {
        "cro@example.com": "sent",
        "ann@example.com": status,
        "bob@example.com": "sent",
    }
    assert outcome.failed
    again = deliver(workspace, SEND)
    expected = "sent" if status == "not sent" else status
    assert statuses(again)["ann@example.com"] == expected
    assert len(server.taken) == 3
    if status != "not sent":
        assert again.failed
        asked = "Ask whether it arrived; if not: --only ann@example.com --again --send."
        assert asked in next(line.why for line in again.lines if line.status == status)
        final = deliver(workspace, DeliveryRequest(send=True, again=True, only=("ann@example.com",)))
        assert statuses(final) == {"ann@example.com": "sent"}
        # The same id: mail programs know one that came twice.
        assert server.message(1)["Message-ID"] == server.message(3)["Message-ID"]


def test_a_password_comes_from_the_environment_and_travels_in_tls_alone(tmp_path, monkeypatch):
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=localhost"
    )
    if shutil.which("openssl") is None:
        pytest.skip("openssl is absent")
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    monkeypatch.setenv("MAIL_PASSWORD", "sesame-9")
    with running(Server(login=("plan", "sesame-9"), context=context)) as server:
        smtp = f'[deliveries.smtp]\nhost = "localhost"\nport = {server.port}\nfrom = "plan@example.com"\n'
        login = 'user = "plan"\npassword = "${MAIL_PASSWORD}"\n'
        workspace = write_settings(tmp_path / "mine", TO + smtp + login)
        make_run(workspace, TEAMS)
        assert not deliver(workspace, SEND).failed
        assert server.secured == [True, True, True]
        monkeypatch.setenv("MAIL_PASSWORD", "wrong-word")
        refused = deliver(workspace, DeliveryRequest(send=True, again=True))
        assert all("535 5.7.8 not you" in line.why for line in refused.lines)
        monkeypatch.delenv("MAIL_PASSWORD")
        with pytest.raises(BadInput, match="MAIL_PASSWORD is not set"):
            deliver(workspace, DeliveryRequest())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('host = "h"\nfrom = "a@b.c"\nuser = "u"\npassword = "swordfish"', "password is not the name of an"),
        ('host = "h"\nfrom = "a@b.c"\npassword = "${PATH}"', "user and password go together"),
        ('host = "h"\nfrom = "a@b.c"\nuser = "u"\npassword = "${PATH}"\nstarttls = false', "in clear text"),
        ('from = "a@b.c"', r"\[deliveries.smtp\]: host is missing"),
        ('host = "h"\nfrom = "Ann"', "from is 'Ann', which has no e-mail address"),
        ('host = "h"\nfrom = "A\\nBcc: e@x.y <a@b.c>"\nport = "25"', "port is not a whole number"),
        ('host = "h"\nfrom = "a@b.c"\nhostt = "x"', "There is no setting 'hostt'"),
    ],
)
def test_settings_of_mail_that_do_not_fit_are_told_with_their_place(tmp_path, line, told):
    workspace = write_settings(tmp_path, f"{TO}[deliveries.smtp]\n{line}\n")
    make_run(workspace, TEAMS)
    with pytest.raises(BadInput, match=told) as raised:
        deliver(workspace, DeliveryRequest())
    assert "salesnb.toml, [deliveries.smtp]" in str(raised.value)
    assert "swordfish" not in str(raised.value)


HOSTILE = "Alps\r\nBcc: eve@evil.example\n\n\u2028<script>\u202e\x00é 東京 ../../etc"


def test_a_hostile_name_adds_no_header_and_no_path(tmp_path, server):
    workspace = write_settings(tmp_path, TO + SMTP.format(port=server.port))
    folder = make_run(workspace, ["x"]).folder
    review = review_of(folder, HOSTILE, address="ann@example.com", manager=HOSTILE)
    hand_out(folder, {}, [review], workspace.settings.deliveries)
    outcome = deliver(workspace, SEND)
    assert [line.status for line in outcome.lines] == ["sent"], outcome.lines
    message = server.message()
    assert server.recipients == ["ann@example.com"]
    assert "Bcc" not in message
    assert set(message.keys()) <= {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message["Subject"].startswith("Alps Bcc: eve@evil.example <script>")
    safe = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert [set(path.name) - safe for path in (folder / "for").iterdir()] == [set()]


def parcel_of(folder, **more):
    (folder / "a.html").write_text("page")
    given = {
        "recipient": "ann@example.com",
        "folder": "ann",
        "run": ("fy18", RUN),
        "subject": "Alps",
        "text": "Well.",
        "files": ("a.html",),
        "pages": ("a.html",),
        "key": "0" * 64,
        "source": folder,
        "hashes": {"a.html": hashlib.sha256(b"page").hexdigest()},
    }
    return Parcel(**(given | more))


def test_a_message_takes_any_subject(tmp_path):
    message = message_of(parcel_of(tmp_path, subject=HOSTILE), Address(addr_spec="plan@example.com"))
    assert "Bcc" not in message
    assert b"\r\nBcc" not in message.as_bytes()


def test_a_file_that_changes_while_others_are_sent_is_not_read(tmp_path):
    parcel = parcel_of(tmp_path)
    assert parcel.read("a.html") == b"page"
    (tmp_path / "a.html").write_text("other")
    with pytest.raises(Damaged, match="a.html is not as the run wrote it"):
        parcel.read("a.html")


@given(st.text(max_size=120))
def test_no_text_makes_a_second_header(text):
    from email.message import EmailMessage

    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = one_line(text)
    raw = message.as_bytes()
    lines = raw.split(b"\r\n")
    assert lines[0].startswith(b"Subject:")
    assert all(line.startswith((b" ", b"\t")) or not line for line in lines[1:])
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ann@example.com", True),
        ("o'hara+x@mail.example.co.uk", True),
        ("root@localhost", True),
        ("", False),
        ("ann", False),
        ("@example.com", False),
        ("ann@", False),
        ("a b@example.com", False),
        ("ann@example..com", False),
        ("ann@-example.com", False),
        (".ann@example.com", False),
        ("ann@example.com,bob@example.com", False),
        ("ann@example.com\r\nRCPT TO:<eve@x.y>", False),
        ("ann@example.com\n", False),
        ("zoë@example.com", False),
        ("<ann@example.com>", False),
        ("a" * 65 + "@example.com", False),
        ("ann@" + "a." * 130 + "com", False),
    ],
)
def test_an_address_is_one_address_and_nothing_else(text, good):
    assert is_address(text) is good


def test_the_journal_holds_no_names_or_findings(workspace, server):
    deliver(workspace, SEND)
    path: Path = workspace.reviews_dir / "fy18" / f".{RUN}.sent.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines() if line]
    assert [line["event"] for line in lines] == ["sending", "sent"] * 3
    assert "on pace" not in path.read_text()
