"""What goes beside the packages of a release, and what is refused before anything is published."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from devtools.packing import identity, release, winget
from devtools.words import SetUpError

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://example.org/mailwright/v1.2.0"
NAMES = (
    "mailwright_1.2.0_amd64.deb",
    "mailwright-1.2.0-setup.exe",
    "Mailwright-1.2.0-arm64.dmg",
    "Mailwright-1.2.0-x86_64.dmg",
    "Mailwright-1.2.0-x86_64.AppImage",
    "mailwright-1.2.0-py3-none-any.whl",
)


@pytest.fixture
def about() -> identity.Identity:
    return identity.read(ROOT)._replace(
        version="1.2.0",
        releases=(identity.Release("1.2.0", date(2027, 1, 31), ("A point.", "Another.")),),
        publisher="Anna Smith",
        address="anna@example.org",
        homepage="https://example.org/",
    )


def list_of(version: str) -> str:
    return json.dumps({"bomFormat": "CycloneDX", "metadata": {"component": {"version": version}}})


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(release.KEY, raising=False)
    folder = tmp_path / "dist"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_bytes(f"the bytes of {name}".encode())
        if not name.endswith(release.WITHOUT_LIST):
            (folder / (name + release.LIST)).write_text(list_of("1.2.0"))
    return folder


def test_what_is_to_be_published_passes(about: identity.Identity) -> None:
    release.check_identity(about, "v1.2.0")


def test_this_tree_leads_nowhere_yet_and_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEBFULLNAME", raising=False)
    with pytest.raises(SetUpError, match="home page leads nowhere"):
        release.main(["--tag", f"v{identity.read(ROOT).version}", "--only-check"])


@pytest.mark.parametrize(
    ("change", "tag", "words"),
    [
        ({}, "v1.3.0", "tag is v1.3.0"),
        ({}, "1.2.0", "tag is 1.2.0"),
        ({"address": "anna@mailwright.INVALID"}, "v1.2.0", "maintainer"),
        ({"address": ""}, "v1.2.0", "maintainer"),
        ({"homepage": "https://mailwright.invalid/x"}, "v1.2.0", "home page"),
        ({"releases": (identity.Release("1.2.0", None, ()),)}, "v1.2.0", "unreleased"),
    ],
)
def test_what_may_not_be_published_is_refused(
    about: identity.Identity, change: dict[str, str], tag: str, words: str
) -> None:
    with pytest.raises(SetUpError, match=words):
        release.check_identity(about._replace(**change), tag)  # type: ignore[arg-type]  # the cases above fit


def test_all_is_written_beside_the_packages(about: identity.Identity, dist: Path) -> None:
    files = release.publish(about, dist, ADDRESS)
    assert {path.name for path in files} >= {*NAMES, release.SUMS}
    listed = {line.split("  ")[1]: line.split("  ")[0] for line in (dist / release.SUMS).read_text().splitlines()}
    assert set(listed) == {path.name for path in files} - {release.SUMS}, "all that is uploaded, the lists too"
    for name, digest in listed.items():
        assert hashlib.sha256((dist / name).read_bytes()).hexdigest() == digest
    checked = subprocess.run(["sha256sum", "--check", "--quiet", release.SUMS], cwd=dist, check=False)
    assert checked.returncode == 0
    words = (dist / release.NOTES).read_text("utf-8")
    assert words.startswith("- A point.\n- Another.\n")
    assert release.SUMS in words


@pytest.mark.parametrize("lost", [".deb", "-setup.exe", ".whl"])
def test_a_package_that_is_missing_stops_it(about: identity.Identity, dist: Path, lost: str) -> None:
    next(dist.glob(f"*{lost}")).unlink()
    with pytest.raises(SetUpError, match=f"There is no {lost}"):
        release.publish(about, dist, ADDRESS)
    assert not (dist / release.SUMS).exists()


def test_a_package_of_another_version_or_without_its_list_stops_it(about: identity.Identity, dist: Path) -> None:
    (dist / "mailwright_1.1.0_amd64.deb").touch()
    (dist / f"mailwright_1.1.0_amd64.deb{release.LIST}").write_text(list_of("1.2.0"))
    with pytest.raises(SetUpError, match=r"1\.1\.0_amd64\.deb is not of version 1\.2\.0"):
        release.check_packages(about, dist)
    (dist / "mailwright_1.1.0_amd64.deb").unlink()
    beside = dist / (NAMES[0] + release.LIST)
    for broken in (list_of("1.1.0"), "{", "[]", json.dumps({"bomFormat": "other"})):
        beside.write_text(broken)
        with pytest.raises(SetUpError, match="no list of its parts"):
            release.check_packages(about, dist)


def test_each_package_gets_the_list_that_went_into_it(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "sbom.cdx.json").write_text(list_of("1.2.0"))
    release.put_list_beside(tmp_path / NAMES[0], papers)
    assert (tmp_path / (NAMES[0] + ".cdx.json")).read_text() == list_of("1.2.0")


def test_winget_is_told_the_installer_and_its_digest(about: identity.Identity, dist: Path) -> None:
    setup = dist / "mailwright-1.2.0-setup.exe"
    files = {path.name: json.loads(path.read_text("utf-8")) for path in winget.write(about, setup, "https://x", dist)}
    assert {one["PackageVersion"] for one in files.values()} == {"1.2.0"}
    assert {one["ManifestType"] for one in files.values()} == {"version", "installer", "defaultLocale"}
    installer = files["Mailwright.Mailwright.installer.yaml"]
    assert installer["ProductCode"] == "{6B1D4B9E-7A52-4C36-9E0B-3B0F3E5B1C77}_is1"
    assert installer["MinimumOSVersion"] == "10.0.17763.0"
    for one in installer["Installers"]:
        assert one["InstallerUrl"] == "https://x"
        assert one["InstallerSha256"] == hashlib.sha256(setup.read_bytes()).hexdigest().upper()


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg signs")
class TestSigning:
    @pytest.fixture
    def key(self) -> str:
        """Return a private key made for the test. gpg's sockets need a short path."""
        home = Path("/tmp") / f"mailwright-key-{os.getpid()}"
        home.mkdir(mode=0o700)
        base = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
        try:
            make = ["--quick-generate-key", "Test <test@example.org>", "ed25519", "sign", "never"]
            subprocess.run([*base, *make], check=True, capture_output=True, timeout=50)
            ask = [*base, "--armor", "--export-secret-keys"]
            return subprocess.run(ask, check=True, capture_output=True, text=True, timeout=50).stdout
        finally:
            subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
            shutil.rmtree(home, ignore_errors=True)

    def test_the_sums_are_signed_where_a_key_is_given_and_it_is_never_shown(
        self, key: str, dist: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        sums = release.write_sums([dist / NAMES[0]], dist)
        signature = release.sign(sums, {release.KEY: key})
        assert signature is not None
        assert signature.read_text().startswith("-----BEGIN PGP SIGNATURE-----")
        said = "".join(capfd.readouterr())
        assert "PRIVATE" not in said
        assert said == ""

    def test_a_key_that_is_none_is_refused_without_being_shown(self, dist: Path) -> None:
        with pytest.raises(SetUpError) as refused:
            release.sign(release.write_sums([], dist), {release.KEY: "my secret"})
        assert "my secret" not in str(refused.value)

    def test_without_a_key_no_older_signature_stays(self, dist: Path) -> None:
        sums = release.write_sums([], dist)
        (dist / "SHA256SUMS.asc").touch()
        assert release.sign(sums, {}) is None
        assert not (dist / "SHA256SUMS.asc").exists()
