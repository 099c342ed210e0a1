"""Mail that is killed at any moment is never sent twice, and at most the one message in flight is in doubt."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import salesnb
from salesnb.actions.delivering import DeliveryRequest, deliver
from salesnb.workspace import Workspace
from tests.actions.delivery_sample import SMTP, make_run, write_settings
from tests.actions.smtp_server import Server, running

if TYPE_CHECKING:
    from conftest import Killer

_TEAMS = tuple(f"Team {number}" for number in range(40))
_KILLS = 25
SEND = DeliveryRequest(send=True)


def mailed(folder: Path, server: Server) -> Workspace:
    lines = "".join(f'"{name}" = "t{place}@example.com"\n' for place, name in enumerate(_TEAMS))
    found = write_settings(folder, f"[deliveries.to]\n{lines}" + SMTP.format(port=server.port))
    make_run(found, _TEAMS)
    return found


def statuses(workspace: Workspace) -> dict[str, str]:
    return {line.recipient: line.status for line in deliver(workspace, SEND).lines}


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "arrived"), [("taken", 3), ("MAIL", 2)])
def test_a_kill_leaves_one_message_in_doubt_and_none_twice(tmp_path: Path, moment: str, arrived: int) -> None:
    server = Server()
    with running(server):
        workspace = mailed(tmp_path, server)
        seen: list[str] = []
        started: list[subprocess.Popen] = []

        def kill(command: str) -> None:
            seen.append(command)
            if command == moment and seen.count(command) == 3 and started:
                started[0].send_signal(signal.SIGKILL)
                started[0].wait()

        server.before = kill
        environment = {**os.environ, "PYTHONPATH": str(Path(salesnb.__file__).parent.parent)}
        command = [sys.executable, "-m", "salesnb", "-C", str(tmp_path), "deliver", "--send"]
        started.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        assert started[0].wait(60) == -signal.SIGKILL
        assert len(server.taken) == arrived
        found = statuses(workspace)
        # Whether or not the server had it: from here nobody can tell, so it is neither sent again nor taken for sent.
        assert [found[f"t{place}@example.com"] for place in range(4)] == [
            "sent before", "sent before", "may have been sent", "sent",
        ]  # fmt: skip
        assert len(set(server.recipients)) == len(server.recipients) == len(_TEAMS) - (moment == "MAIL")


@pytest.mark.slow
def test_kills_at_random_moments_send_nothing_twice_and_forget_nothing(
    tmp_path: Path, killer: "Killer"
) -> None:
    server = Server()
    with running(server):
        workspace = mailed(tmp_path, server)
        command = ("command", "-C", tmp_path, "deliver", "--send")
        killed = sum(killer.kill(0.25, *command) for _ in range(_KILLS))
        found = statuses(workspace)
        assert killed > _KILLS // 3
        assert len(set(server.recipients)) == len(server.recipients)
        in_doubt = {address for address, status in found.items() if status == "may have been sent"}
        assert len(in_doubt) <= killed
        assert set(found) - set(server.recipients) <= in_doubt
