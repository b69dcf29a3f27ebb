"""Private keys in files: PKCS#8, encrypted under what KEY_FILE holds, readable by their owner.

A file's name holds the thumbprint of its public key, so that no file can take another's place.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from certification.keys.encoding import thumbprint
from certification.keys.signers import PrivateKey
from lms.settings import Settings, keep_secret


class KeyTrouble(Exception):
    """A private key cannot be had; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Vault:
    """A folder of encrypted keys and the file that unlocks them."""

    folder: Path
    key_file: Path

    def path(self, kid: str, mark: str) -> Path:
        """Where the private part of the key with this thumbprint lies."""
        return self.folder / f"{kid}.{mark}.pem"

    def keep(self, kid: str, key: PrivateKey) -> None:
        """Store a private key durably. Makes the unlocking secret when there is none."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = keep_secret(self.key_file, secrets.token_hex(32))
        _write(self.path(kid, thumbprint(key.public_key())), encrypted(key, secret))

    def open(self, kid: str, mark: str) -> PrivateKey:
        """The private key; raises KeyTrouble when it is missing, locked or another one."""
        path = self.path(kid, mark)
        try:
            content, secret = path.read_bytes(), self.key_file.read_text().strip()
        except FileNotFoundError as error:
            raise KeyTrouble(
                f"the private key {kid} is missing ({error.filename}): restore it from a backup "
                "and KEY_FILE from its own place, or import the recovery bundle with "
                "`flask certificates import FILE`"
            ) from error
        key = decrypted(content, secret, kid)
        if thumbprint(key.public_key()) != mark:
            raise KeyTrouble(f"{path} holds another key than {kid}: restore the right file")
        return key


def of(settings: Settings) -> Vault:
    """The installation's vault."""
    return Vault(settings.data_dir / "keys", settings.key_file)


def encrypted(key: PrivateKey, secret: str) -> bytes:
    """The key as encrypted PKCS#8 (PEM)."""
    lock = BestAvailableEncryption(secret.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def decrypted(content: bytes, secret: str, kid: str) -> PrivateKey:
    """The key of an encrypted PKCS#8 text; raises KeyTrouble."""
    try:
        return cast(PrivateKey, load_pem_private_key(content, secret.encode()))
    except (ValueError, TypeError) as error:
        raise KeyTrouble(
            f"the private key {kid} does not open: KEY_FILE is not the one that locked it"
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or none of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
