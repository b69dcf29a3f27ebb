"""Stamps by a server of another make (openssl's), with keys and certificates as servers have
them."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certification.certificates.stamp_token import is_plain

pytestmark = pytest.mark.thorough
PEM = serialization.Encoding.PEM
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SETTINGS = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = {digest}
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def certificate(title: str, key: Key, by: tuple[x509.Certificate, Key] | None) -> x509.Certificate:
    """One under another, or a root; the server's own is called stamps."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, title)])
    above, above_key = (by[0].subject, by[1]) if by else (subject, key)
    at, number = datetime.now(UTC), x509.random_serial_number()
    built = x509.CertificateBuilder(above, subject, key.public_key(), number)
    built = built.not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=9))
    if title != "stamps":
        limits = x509.BasicConstraints(ca=True, path_length=None)
        return built.add_extension(limits, critical=True).sign(above_key, hashes.SHA256())
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
    return built.add_extension(usage, critical=True).sign(above_key, hashes.SHA256())


def rsa_key() -> Key:
    return rsa.generate_private_key(65537, 2048)


def ec_key() -> Key:
    return ec.generate_private_key(ec.SECP384R1())


@pytest.mark.parametrize("new", [rsa_key, ec_key])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
@pytest.mark.parametrize("sent", [1, 2, 3])
def test_a_server_of_another_make_is_read(
    new: Callable[[], Key], digest: str, sent: int, tmp_path: Path
) -> None:
    """It sends its own certificate, those between, and the root too."""
    keys = [new() for _ in range(4)]
    root = certificate("root", keys[0], None)
    upper = certificate("upper", keys[1], (root, keys[0]))
    lower = certificate("lower", keys[2], (upper, keys[1]))
    own = certificate("stamps", keys[3], (lower, keys[2]))
    chain = [lower, upper, root][:sent]
    token = asked(tmp_path, own, keys[3], chain, digest)
    roots = [asn1(root)]
    assert is_plain(token, roots if sent > 1 else [asn1(upper)])
    assert is_plain(token, [])
    if sent > 1:  # nobody needs those above the authority
        assert not is_plain(token, [asn1(lower)])
    else:
        assert is_plain(token, [asn1(lower)])


def asked(
    folder: Path, own: x509.Certificate, key: Key, chain: list[x509.Certificate], digest: str
) -> bytes:
    """The token on some bytes."""
    (folder / "own.pem").write_bytes(own.public_bytes(PEM))
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(PEM) for one in chain))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(PEM, *plain))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder, digest=digest))
    (folder / "data").write_bytes(b"signature")
    command = ["openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "question"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "question"]
    command += ["-signer", "own.pem", "-inkey", "key.pem", "-chain", "chain.pem", "-out", "answer"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    answer = tsp.TimeStampResp.load((folder / "answer").read_bytes())
    token: bytes = answer["time_stamp_token"].dump()
    return token


def asn1(one: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER))
