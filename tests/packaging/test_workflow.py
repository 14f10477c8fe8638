"""The workflow of releases: no such workflow can be run here, so its syntax, commands, order and rights are held."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev
from devtools.packing import making, release

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = ROOT / ".github/workflows/packages.yml"
Job = dict[str, Any]

OPTIONS = {
    "release": {"--tag", "--address", "--only-check"},
    **{maker: {"--source", "--target", "--frozen"} for maker in making.MAKERS},
}


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    read: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    return read


@pytest.fixture
def jobs(workflow: dict[Any, Any]) -> dict[str, Job]:
    found: dict[str, Job] = workflow["jobs"]
    return found


def runs(jobs: dict[str, Job]) -> Iterator[tuple[str, str]]:
    for name, job in jobs.items():
        for step in job["steps"]:
            if "run" in step:
                yield name, step["run"]


def before(jobs: dict[str, Job], name: str) -> set[str]:
    """Return all jobs that must have passed before this one."""
    direct = set(jobs[name].get("needs", []))
    return direct.union(*(before(jobs, one) for one in direct))


def test_every_job_has_a_machine_and_steps_that_do_one_thing(jobs: dict[str, Job]) -> None:
    for job in jobs.values():
        assert job["runs-on"]
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_every_command_of_dev_py_is_there_with_its_options(jobs: dict[str, Job]) -> None:
    seen = set()
    for name, text in runs(jobs):
        for line in re.findall(r"python3? dev\.py (.+)", text):
            command, *words = shlex.split(line.partition(" > ")[0])
            assert command in dev.COMMANDS, (name, line)
            if command != "package":
                assert words == [], (name, line)
                seen.add(command)
                continue
            what, *rest = words
            assert what in {*making.MAKERS, *making.ELSEWHERE}, (name, line)
            assert {word for word in rest if word.startswith("--")} <= OPTIONS.get(what, set()), (name, line)
            seen.add(what)
    assert seen == {"test", "end2end", "deb", "appimage", "wheel", "try", "windows", "macos", "release"}


def test_the_options_that_are_held_to_are_the_commands_own(capsys: pytest.CaptureFixture[str]) -> None:
    for main, options in ((release.main, OPTIONS["release"]), (making.main, OPTIONS["deb"])):
        with pytest.raises(SystemExit):
            main(["--help"])
        said = capsys.readouterr().out
        assert [option for option in options if option not in said] == []


def test_every_step_is_sound_shell(jobs: dict[str, Job]) -> None:
    for name, text in runs(jobs):
        ended = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
        assert ended.returncode == 0, f"{name}: {ended.stderr}"


def test_nothing_from_outside_is_pasted_into_shell(jobs: dict[str, Job]) -> None:
    """A tag, a variable or a secret reaches a step by its environment: in the text it would be read as shell."""
    assert [(name, text) for name, text in runs(jobs) if "${{" in text] == []


def test_a_secret_stands_in_the_environment_of_one_step_alone(workflow: dict[Any, Any]) -> None:
    places = []

    def look(node: Any, place: tuple[Any, ...]) -> None:
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            look(value, (*place, key))
        if isinstance(node, str) and "secrets." in node:
            places.append(place)

    look(workflow, ())
    assert places, "the key that signs"
    assert [place for place in places if place[-2] != "env" or "steps" not in place] == []
    assert {place[1] for place in places} == {"release"}


def test_tests_come_before_packages_and_trying_them_before_the_release(jobs: dict[str, Job]) -> None:
    makers = {"debian", "windows", "macos"}
    assert set(jobs) == {"may-be-released", "test", "end2end", "try-debian", "release"} | makers
    for maker in makers:
        assert {"test", "end2end"} <= before(jobs, maker)
    assert "debian" in before(jobs, "try-debian")
    assert before(jobs, "release") == set(jobs) - {"release"}
    assert "github.ref" in jobs["may-be-released"]["if"], "without a tag it is skipped, and the release with it"
    assert [name for name, job in jobs.items() if "if" in job] == ["may-be-released"], "none else outlives a failure"


def test_each_job_may_do_what_it_needs_and_no_more(workflow: dict[Any, Any], jobs: dict[str, Job]) -> None:
    assert workflow["permissions"] == {}
    allowed = {"contents": "write", "id-token": "write", "attestations": "write"}
    for name, job in jobs.items():
        assert job["permissions"] == (allowed if name == "release" else {"contents": "read"})


def test_each_action_is_named_by_its_whole_version(jobs: dict[str, Job]) -> None:
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"actions/[\w-]+@v\d+\.\d+\.\d+", one)] == []
    assert {one.partition("@")[0] for one in used} >= {"actions/attest-build-provenance", "actions/download-artifact"}


def test_what_is_made_is_what_is_collected(jobs: dict[str, Job]) -> None:
    uploads = [
        step["with"]["name"]
        for job in jobs.values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert [name for name in uploads if not name.startswith("packages-")] == []
    (collect,) = [step for step in jobs["release"]["steps"] if "pattern" in step.get("with", {})]
    assert collect["with"] == {"pattern": "packages-*", "path": "dist", "merge-multiple": True}
