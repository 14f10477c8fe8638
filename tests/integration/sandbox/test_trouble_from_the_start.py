"""A fault plan from a file, an expired certificate, and what is told to who gives the server nonsense."""

import json
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.sandbox import soap
from tests.sandbox_fixture import ROOT, RunningSandbox, start, stop


def test_a_plan_from_a_file_is_in_force_from_the_first_request(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(
        json.dumps([{"operation": "FindItem", "action": "fault", "code": "ErrorServerBusy", "back_off": 5}])
    )
    running = start("--faults", str(plan))
    try:
        assert running.post(soap.find()).codes == ["ErrorServerBusy"]
        assert running.post(soap.find()).codes == ["NoError"]
        assert running.admin("GET", "faults")[0]["fired"] == 1
    finally:
        assert stop(running) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "is not JSON"),
        ("{}", "The plan is a JSON list of rules."),
        ('[{"action": "explode"}]', "'action' is one of"),
        (None, "No such file"),
    ],
)
def test_a_plan_that_makes_no_sense_is_said_in_one_line(tmp_path: Path, content: str | None, said: str) -> None:
    plan = tmp_path / "plan.json"
    if content is not None:
        plan.write_text(content)
    ended = subprocess.run(  # noqa: PLW1510 -- its failure is what is looked at
        [sys.executable, "-m", "app.sandbox", "--faults", str(plan)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert ended.stderr.startswith("The sandbox cannot start: ")
    assert ended.stderr.count("\n") == 1


def test_a_mail_host_that_is_none_is_said_in_one_line() -> None:
    ended = subprocess.run(  # noqa: PLW1510 -- its failure is what is looked at
        [sys.executable, "-m", "app.sandbox", "--smtp", "nowhere"], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert (ended.returncode, ended.stderr) == (1, "The sandbox cannot start: 'nowhere' is not HOST:PORT\n")


def test_an_expired_certificate_is_shown_as_often_as_ordered(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "expired-certificate", "nth": "every", "times": 2}])
    for _ in range(2):
        with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
            sandbox.post(soap.find())
    assert sandbox.post(soap.find()).codes == ["NoError"]
    assert len(sandbox.journal()) == 1


def test_the_admin_calls_never_see_the_expired_certificate(sandbox: RunningSandbox) -> None:
    sandbox.faults([{"action": "expired-certificate", "nth": "every"}])
    with pytest.raises(ssl.SSLCertVerificationError):
        sandbox.post(soap.find())
    sandbox.faults([])
    assert sandbox.post(soap.find()).codes == ["NoError"]
