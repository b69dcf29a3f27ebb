"""Password hashing (argon2id) and the offline list of common passwords."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

hasher = PasswordHasher()
LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def common() -> frozenset[str]:
    """Casefolded passwords that everybody tries first."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


@cache
def _nobody() -> str:
    return hasher.hash("nobody has this password")


def hash_of(password: str) -> str:
    """The argon2id hash, with its parameters."""
    return hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash it takes as long and says no."""
    nobody = _nobody()
    try:
        return hasher.verify(password_hash or nobody, password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(password_hash)
