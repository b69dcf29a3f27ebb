"""The recovery bundle and the commands around keys."""

import json
import stat
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from certification.keys import actions, health, queries, recovery
from certification.keys.models import Key, KeyState, Purpose
from lms import backup
from lms.db import db, unit
from lms.errors import Refusal
from lms.settings import Settings
from tests.factories import Factory

WORDS = "a passphrase of many words"


@pytest.fixture
def settings(app: Flask, make: Factory, now: datetime) -> Settings:
    found: Settings = app.extensions["settings"]
    with unit(writes=True):
        actions.ensure(found, now=now)
    return found


@pytest.fixture
def bundle(settings: Settings, now: datetime) -> str:
    with unit(writes=True):
        actions.rotate(Purpose.CREDENTIAL, settings, now=now)
        return recovery.export(settings, WORDS, now=now)


def lose_files(settings: Settings) -> None:
    """A disk is gone, and what unlocks it too."""
    for path in (settings.data_dir / "keys").iterdir():
        path.unlink()
    settings.key_file.unlink()
    queries._opened.cache_clear()


def test_lost_private_keys_come_back(settings: Settings, bundle: str, now: datetime) -> None:
    lose_files(settings)
    with unit(writes=True):
        brought = recovery.restore(settings, bundle, WORDS, now=now)

    assert brought == ["a-2026-11", "d-2026-11", "k-2026-11", "t-2026-11", "k-2026-11-2"]
    with unit(writes=True):
        assert actions.ensure(settings, now=now) == []
        assert recovery.restore(settings, bundle, WORDS, now=now) == []


def test_an_empty_installation_takes_all_keys_over(
    settings: Settings, bundle: str, now: datetime
) -> None:
    before = queries.did_document(settings), queries.authority_pem(), queries.crls()
    lose_files(settings)
    with unit(writes=True):
        db.session.execute(db.update(Key).values(authority_id=None))
        db.session.execute(db.delete(Key))
    with unit(writes=True):
        recovery.restore(settings, bundle, WORDS, now=now)

    assert (queries.did_document(settings), queries.authority_pem(), queries.crls()) == before
    assert queries.document_signer(settings).certificate
    with unit(writes=True):
        assert actions.ensure(settings, now=now) == []


def test_a_key_that_was_active_is_retired_beside_its_successor(
    settings: Settings, bundle: str, now: datetime
) -> None:
    with unit(writes=True):
        db.session.execute(db.delete(Key).where(Key.kid == "k-2026-11-2"))
        actions.make(Purpose.CREDENTIAL, settings, now=now.replace(year=2027))
        recovery.restore(settings, bundle, WORDS, now=now)

    key = queries.by_kid("k-2026-11-2")
    assert key is not None
    assert key.state == KeyState.RETIRED


def test_another_passphrase_opens_nothing(settings: Settings, bundle: str, now: datetime) -> None:
    lose_files(settings)
    with pytest.raises(Refusal, match="wrong_passphrase"), unit(writes=True):
        recovery.restore(settings, bundle, "another passphrase", now=now)


def test_another_installations_key_of_that_name_is_refused(
    settings: Settings, bundle: str, now: datetime
) -> None:
    values = json.loads(bundle)
    values["keys"][2]["public"]["thumbprint"] = "0" * 16
    with pytest.raises(Refusal, match="other_key"), unit(writes=True):
        recovery.restore(settings, json.dumps(values), WORDS, now=now)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "academy-keys-1", "keys": [1]}'])
def test_another_file_is_no_bundle(settings: Settings, text: str, now: datetime) -> None:
    with pytest.raises(Refusal, match="bad_recovery_bundle"), unit(writes=True):
        recovery.restore(settings, text, WORDS, now=now)


def test_the_bundle_holds_nothing_in_the_clear(settings: Settings, bundle: str) -> None:
    assert bundle.count("BEGIN ENCRYPTED PRIVATE KEY") == 5
    assert "BEGIN PRIVATE KEY" not in bundle
    assert settings.key_file.read_text() not in bundle


def test_the_commands(app: Flask, settings: Settings, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    words, target = tmp_path / "words", tmp_path / "bundle.json"
    words.write_text(WORDS)
    passphrase = ["--passphrase-file", str(words)]

    rotated = runner.invoke(args=["certificates", "rotate", "--purpose", "token"])
    exported = runner.invoke(args=["certificates", "export", str(target), *passphrase])
    again = runner.invoke(args=["certificates", "export", str(target), *passphrase])
    withdrawn = runner.invoke(args=["certificates", "compromise", "k-2026-11", "--yes"])
    twice = runner.invoke(args=["certificates", "compromise", "k-2026-11", "--yes"])
    unknown = runner.invoke(args=["certificates", "compromise", "k-1999-01", "--yes"])
    imported = runner.invoke(args=["certificates", "import", str(target), *passphrase])
    listed = runner.invoke(args=["certificates", "keys"])

    assert "Signing with t-" in rotated.output
    assert exported.exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "nothing is overwritten" in again.output
    assert "k-2026-11 is withdrawn; it signed 0 certificates" in withdrawn.output
    assert (twice.exit_code, unknown.exit_code) == (1, 1)
    assert "There is no key k-1999-01." in unknown.output
    assert "Nothing was missing." in imported.output
    assert "k-2026-11      credential  compromised  file" in listed.output


def test_a_short_passphrase_is_refused(app: Flask, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("short")
    answer = app.test_cli_runner().invoke(
        args=[
            "certificates",
            "export",
            str(tmp_path / "out"),
            "--passphrase-file",
            str(tmp_path / "words"),
        ]
    )
    assert answer.exit_code == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.sqlite
def test_a_backup_holds_the_keys_but_not_what_unlocks_them(
    settings: Settings, tmp_path: Path, now: datetime
) -> None:
    target = tmp_path / "backup.tar"
    backup.make(settings, target, now=now)
    content = target.read_bytes()

    assert content.count(b"BEGIN ENCRYPTED PRIVATE KEY") == 4
    assert settings.key_file.read_bytes() not in content
    manifest = backup.verify(target, tmp_path / "out")
    assert len(manifest["keys"]) == 4


@pytest.mark.sqlite
def test_a_key_that_is_not_encrypted_stays_out_of_backups(
    settings: Settings, tmp_path: Path, now: datetime
) -> None:
    (settings.data_dir / "keys" / "bare.pem").write_text("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(backup.BackupError, match=r"bare\.pem"):
        backup.make(settings, tmp_path / "backup.tar", now=now)


def test_the_doctor_sees_the_keys(settings: Settings) -> None:
    def found() -> tuple[bool, str]:
        check = health.check()
        return check.fine, check.detail

    assert found() == (True, "a-2026-11, d-2026-11, k-2026-11, t-2026-11")
    path = next((settings.data_dir / "keys").glob("d-*"))
    path.chmod(0o644)
    assert not found()[0]
    path.chmod(0o600)
    lose_files(settings)
    assert not found()[0]
