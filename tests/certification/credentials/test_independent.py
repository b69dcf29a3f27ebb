"""Libraries that this project has no part in verify what it issues, and refuse what was forged.

`npm ci` fetches them (locked by hash) into a temporary folder; the verification itself reads
nothing from the network. Runs with `script/test --full` where node and npm are installed.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from certification.credentials import contexts
from certification.credentials.trust import Trust
from certification.keys.queries import DID_CONTEXTS
from tests.certification.credentials.issuer import POSITION, TestIssuer

PROGRAM = Path(__file__).with_name("independent")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no node or npm"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier with its libraries."""
    folder = tmp_path_factory.mktemp("verifier")
    shutil.copytree(PROGRAM, folder, dirs_exist_ok=True)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=240,
    )
    return folder


class Envelope:
    """What the verifier is given: a credential, a token, a bundle, and the contexts."""

    def __init__(self, issuer: TestIssuer, trust: Trust, folder: Path) -> None:
        files = issuer.files()
        self.folder = folder
        self.credential: dict[str, Any] = json.loads(files.credential)
        self.token = files.token.decode()
        self.bundle = json.loads(trust.to_json())
        self.bundle["did"]["@context"] = DID_CONTEXTS

    def verify(self, program: Path) -> dict[str, Any]:
        """The verifier's answer."""
        bundled = {url: contexts.bundled(name) for url, name in contexts.FILES.items()}
        self.folder.mkdir(exist_ok=True)
        for name, value in (
            ("credential.json", self.credential),
            ("bundle.json", self.bundle),
            ("contexts.json", bundled),
        ):
            (self.folder / name).write_text(json.dumps(value))
        (self.folder / "token.jwt").write_text(self.token)
        done = subprocess.run(
            ["node", "verify.mjs", str(self.folder)],
            cwd=program,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def test_others_verify_what_we_issue(program: Path, tmp_path: Path) -> None:
    issuer = TestIssuer()
    answer = Envelope(issuer, issuer.trust(), tmp_path).verify(program)
    assert [answer[check]["verified"] for check in ("graph", "text", "token")] == [True] * 3
    assert answer["graph"]["set"] is False


@pytest.mark.parametrize("suspended", [[], [POSITION]])
def test_others_see_a_withdrawal_for_good_or_for_a_while(
    program: Path, tmp_path: Path, suspended: list[int]
) -> None:
    issuer = TestIssuer()
    answer = Envelope(issuer, issuer.trust([POSITION], suspended), tmp_path).verify(program)
    assert answer["graph"]["set"] is True


def test_others_refuse_an_edited_credential(program: Path, tmp_path: Path) -> None:
    issuer = TestIssuer()
    envelope = Envelope(issuer, issuer.trust(), tmp_path)
    envelope.credential["credentialSubject"]["result"][0]["value"] = "99"
    answer = envelope.verify(program)
    assert [answer[check]["verified"] for check in ("graph", "text")] == [False] * 2


def test_others_notice_another_order_of_the_results(program: Path, tmp_path: Path) -> None:
    issuer = TestIssuer()
    envelope = Envelope(issuer, issuer.trust(), tmp_path)
    envelope.credential["credentialSubject"]["result"].reverse()
    assert envelope.verify(program)["text"]["verified"] is False


def test_others_refuse_a_strangers_signature(program: Path, tmp_path: Path) -> None:
    issuer, stranger = TestIssuer(), TestIssuer()
    answer = Envelope(stranger, issuer.trust(), tmp_path).verify(program)
    assert [answer[check]["verified"] for check in ("graph", "text", "token")] == [False] * 3
