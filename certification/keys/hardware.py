"""Keys in a hardware module by PKCS#11: they are made there and never leave it."""

import hashlib
import threading
from functools import cache
from pathlib import Path
from typing import TypeVar

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.types import SignMixin
from pkcs11.util.ec import encode_named_curve_parameters

from certification.keys.encoding import PublicKey
from certification.keys.signers import EDDSA, ES256
from certification.keys.vault import KeyTrouble
from lms.settings import Settings

EDWARDS = bytes.fromhex("06032b6570")
"""The object identifier of Ed25519 (1.3.101.112) in DER."""
Found = TypeVar("Found", pkcs11.PublicKey, SignMixin)
_guard = threading.Lock()
"""A session of a module serves one thread at a time."""


class Pkcs11Signer:
    """A private key in a module, found by its label."""

    def __init__(self, session: pkcs11.Session, kid: str, label: str, algorithm: str) -> None:
        self.session, self.label = session, label
        self._kid, self._algorithm = kid, algorithm

    @property
    def kid(self) -> str:
        return self._kid

    @property
    def algorithm(self) -> str:
        return self._algorithm

    def public_key(self) -> PublicKey:
        with _guard:
            key = _find(self, pkcs11.PublicKey)
            point: bytes = key[Attribute.EC_POINT]
        content = point[2:]  # after the head of a DER octet string shorter than 128 bytes
        if self._algorithm == EDDSA:
            return Ed25519PublicKey.from_public_bytes(content)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), content)

    def sign(self, message: bytes) -> bytes:
        with _guard:
            key = _find(self, SignMixin)
            if self._algorithm == EDDSA:
                return bytes(key.sign(message, mechanism=Mechanism.EDDSA))
            digest = hashlib.sha256(message).digest()
            return bytes(key.sign(digest, mechanism=Mechanism.ECDSA))


def _find(signer: Pkcs11Signer, kind: type[Found]) -> Found:
    wanted = ObjectClass.PUBLIC_KEY if kind is pkcs11.PublicKey else ObjectClass.PRIVATE_KEY
    try:
        key = signer.session.get_key(object_class=wanted, label=signer.label)
    except pkcs11.PKCS11Error as error:
        raise KeyTrouble(
            f"the hardware module does not have the key {signer.kid} ({signer.label}): {error!r}"
        ) from error
    if not isinstance(key, kind):
        raise KeyTrouble(f"the hardware module's key {signer.label} is of another kind")
    return key


@cache
def _open(module: str, token: str, pin_file: str) -> pkcs11.Session:
    """One session per process; keys are made in it too."""
    try:
        pin = Path(pin_file).read_text().strip()
        return pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin, rw=True)
    except (OSError, RuntimeError, pkcs11.PKCS11Error) as error:
        raise KeyTrouble(
            f"the hardware module cannot be used ({error!r}): check PKCS11_MODULE, "
            "PKCS11_TOKEN and PKCS11_PIN_FILE"
        ) from error


def _session(settings: Settings) -> pkcs11.Session:
    return _open(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin_file)


def signer(settings: Settings, kid: str, label: str, algorithm: str) -> Pkcs11Signer:
    """The signer of a key in the module; raises KeyTrouble."""
    return Pkcs11Signer(_session(settings), kid, label, algorithm)


def make(settings: Settings, kid: str, label: str, algorithm: str) -> Pkcs11Signer:
    """Make a key pair in the module, under a label that nothing else there has."""
    session = _session(settings)
    with _guard:
        _generate(session, label, algorithm)
    return Pkcs11Signer(session, kid, label, algorithm)


def _generate(session: pkcs11.Session, label: str, algorithm: str) -> None:
    if algorithm == ES256:
        kind, curve = KeyType.EC, encode_named_curve_parameters("secp256r1")
        mechanism = Mechanism.EC_KEY_PAIR_GEN
    else:
        kind, curve = KeyType.EC_EDWARDS, EDWARDS
        mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN
    parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
    try:
        parameters.generate_keypair(store=True, label=label, mechanism=mechanism)
    except pkcs11.PKCS11Error as error:
        raise KeyTrouble(
            f"the hardware module cannot make an {algorithm} key: {error!r}"
        ) from error
