"""Settings: environment variables, read once into a frozen object."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingsError(Exception):
    """A setting makes no sense; the text is one line that says which and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment decides. `flask doctor` lists it with the defaults."""

    app_env: str
    data_dir: Path
    database_url: str
    public_url: str
    secret_key: str
    key_file: Path
    pkcs11_module: str
    pkcs11_token: str
    pkcs11_pin_file: str
    timestamp_url: str
    timestamp_ca_file: str
    host: str
    port: int
    smtp_url: str
    mail_from: str
    demo_password: str
    trusted_hops: int
    issuer_zone: str

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def demonstration(self) -> bool:
        """Certificates say so when nobody could check them over https."""
        return not self.https

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def public_view(self) -> dict[str, str]:
        """Names and values for the doctor, with secrets and passwords masked."""
        hidden = {"secret_key", "demo_password"}
        shown = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        shown["database_url"] = make_url(self.database_url).render_as_string(hide_password=True)
        shown["smtp_url"] = _without_password(self.smtp_url)
        shown["timestamp_url"] = _without_password(self.timestamp_url)
        return {name: "(set)" if name in hidden else value for name, value in shown.items()}


def read(environ: Mapping[str, str]) -> Settings:
    """Read and check the environment. Makes `DATA_DIR` and its generated secrets (0600)."""
    data_dir = Path(environ.get("DATA_DIR", "instance")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    production = environ.get("APP_ENV", "development") == "production"
    host, port = environ.get("HOST", "127.0.0.1"), _port(environ.get("PORT", "8000"))
    settings = Settings(
        app_env=_one_of(environ, "APP_ENV", "development", {"development", "production", "test"}),
        data_dir=data_dir,
        database_url=_database_url(environ.get("DATABASE_URL", ""), data_dir),
        public_url=environ.get("PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        secret_key=environ.get("SECRET_KEY", "") or _generated(data_dir / "secret.key", production),
        key_file=_key_file(environ, data_dir, production),
        pkcs11_module=environ.get("PKCS11_MODULE", ""),
        pkcs11_token=environ.get("PKCS11_TOKEN", ""),
        pkcs11_pin_file=environ.get("PKCS11_PIN_FILE", ""),
        timestamp_url=environ.get("TIMESTAMP_URL", ""),
        timestamp_ca_file=environ.get("TIMESTAMP_CA_FILE", ""),
        host=host,
        port=port,
        smtp_url=environ.get("SMTP_URL", ""),
        mail_from=environ.get("MAIL_FROM", "academy@localhost"),
        demo_password="" if production else _demo_password(environ, data_dir),
        trusted_hops=_number(environ.get("TRUSTED_HOPS", "0"), "TRUSTED_HOPS"),
        issuer_zone=environ.get("ISSUER_ZONE", "UTC"),
    )
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    parts = urlsplit(settings.public_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SettingsError(
            "PUBLIC_URL must be an absolute address such as https://academy.example"
        )
    if settings.production and not settings.https:
        raise SettingsError("APP_ENV=production needs a PUBLIC_URL that starts with https://")
    if settings.production and len(settings.secret_key) < 32:
        raise SettingsError("APP_ENV=production needs a SECRET_KEY of at least 32 characters")
    _check_keys(settings)
    _check_stamps(settings)


def _check_keys(settings: Settings) -> None:
    if settings.key_file.is_relative_to(settings.data_dir / "keys"):
        raise SettingsError("KEY_FILE must not lie in DATA_DIR/keys, beside what it unlocks")
    if settings.pkcs11_module and not (settings.pkcs11_token and settings.pkcs11_pin_file):
        raise SettingsError("PKCS11_MODULE needs PKCS11_TOKEN and PKCS11_PIN_FILE beside it")


def _check_stamps(settings: Settings) -> None:
    parts = urlsplit(settings.timestamp_url)
    if settings.timestamp_url and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise SettingsError("TIMESTAMP_URL must be the http(s) address of a time-stamp server")
    if settings.timestamp_url and not settings.timestamp_ca_file:
        raise SettingsError("TIMESTAMP_URL needs TIMESTAMP_CA_FILE: who vouches for the server")
    if settings.timestamp_ca_file and not Path(settings.timestamp_ca_file).is_file():
        raise SettingsError("TIMESTAMP_CA_FILE names no file: give certificates in PEM")


def _database_url(text: str, data_dir: Path) -> str:
    if not text:
        return f"sqlite:///{data_dir / 'academy.db'}"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingsError("DATABASE_URL is no database address: use postgresql://…") from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() == "sqlite":
        return url.render_as_string(hide_password=False)
    raise SettingsError("DATABASE_URL must be a sqlite:/// or a postgresql:// address")


def _one_of(environ: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    value = environ.get(name, default)
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}")
    return value


def _number(text: str, name: str) -> int:
    if not text.isdigit():
        raise SettingsError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    port = _number(text, "PORT")
    if not 0 < port < 65536:
        raise SettingsError(f"PORT must lie between 1 and 65535, not {port}")
    return port


def _generated(path: Path, production: bool) -> str:
    """A secret made once and kept 0600; production must be given its own."""
    if production:
        raise SettingsError("APP_ENV=production needs SECRET_KEY (32 characters or more)")
    return keep_secret(path, secrets.token_hex(32))


def _key_file(environ: Mapping[str, str], data_dir: Path, production: bool) -> Path:
    """The file that unlocks the private keys; made with the first of them."""
    if production and not environ.get("KEY_FILE"):
        raise SettingsError("APP_ENV=production needs KEY_FILE: a place that no backup copies")
    return Path(environ.get("KEY_FILE") or data_dir / "unlock.key").resolve()


def _demo_password(environ: Mapping[str, str], data_dir: Path) -> str:
    given = environ.get("DEMO_PASSWORD", "")
    return given or keep_secret(data_dir / "demo.password", "-".join(_syllables(4)))


def _syllables(count: int) -> list[str]:
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    pairs = [secrets.choice(consonants) + secrets.choice(vowels) for _ in range(count * 3)]
    return ["".join(pairs[start : start + 3]) for start in range(0, len(pairs), 3)]


def keep_secret(path: Path, fresh: str) -> str:
    """Return the secret in the file, writing `fresh` there first if there is none.

    Two processes that start at once agree: the file appears whole and once, both read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, fresh)
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Write a whole file of that name, or leave the one that somebody else wrote meanwhile."""
    whole = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(whole, "x", opener=_owner_only) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(whole, path)
    except FileExistsError:
        return
    finally:
        whole.unlink()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _without_password(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@") if password else url
