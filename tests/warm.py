"""What outlives a test: making it anew would be most of its time.

Nothing of the product is replaced. Compiled routes, templates and SQL are the same in every test's
application, so they are compiled once a worker; passwords are hashed with the least work, and
SQLite does not wait for the disk.
"""

import hashlib
import inspect
from collections.abc import Callable, Hashable
from copy import copy
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import event
from werkzeug.routing import Rule

from lms import drawing, templates
from lms.accounts import passwords
from lms.db import Base, db
from lms.settings import Settings
from lms.storage import Storage
from lms.uploads import Uploads

ICONS = Path(drawing.__file__).parent.parent / "static/icons.svg"


class Bytecode(FileSystemBytecodeCache):
    """Compiled templates by language; none that an earlier compiler or icon sheet made."""

    def __init__(self) -> None:
        parts = (inspect.getsource(templates), inspect.getsource(drawing), ICONS.read_text())
        mark = hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
        super().__init__(pattern=f"__academy_{mark}_%s.cache")

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """The bucket of a template in the language of its environment."""
        spoken = getattr(environment, "spoken", None)
        return super().get_bucket(environment, f"{spoken} {name}", filename, source)


_templates = Bytecode()
_compile_builder = Rule._compile_builder
_parse_rule = Rule._parse_rule
_parsed: dict[tuple[str, bool, type], tuple[list[Any], list[Any], dict[str, Any]]] = {}
_builders: dict[tuple[str, str, bool], Callable[..., tuple[str, str]]] = {}


class Statements(dict[Hashable, object]):
    """Compiled SQL by everything but the dialect object, which is new with each engine."""

    def get(self, key: tuple[Hashable, ...], default: object = None) -> object:  # type: ignore[override]
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Hashable, ...], compiled: object) -> None:  # type: ignore[override]
        super().__setitem__(key[1:], compiled)


_statements: dict[str, Statements] = {}


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    """As the tests' PostgreSQL: a killed process loses nothing by it, only a power cut would. The
    processes that tests start have the product's own connections, which wait."""
    connection.execute("PRAGMA synchronous=OFF")


def _parsed_once(rule: Rule, text: str) -> list[Any]:
    """The parts of a route's text, and what reading it notes in the rule."""
    assert rule.map is not None
    key = (text, rule.is_leaf, rule.map.converters["int"])
    if key not in _parsed:
        before = len(rule._trace)
        parts = list(_parse_rule(rule, text))
        _parsed[key] = parts, rule._trace[before:], dict(rule._converters)
        return parts
    parts, trace, converters = _parsed[key]
    rule._trace += trace
    rule._converters.update(converters)
    rule.arguments.update(converters)
    return parts


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def prepare() -> None:
    """Once a worker, before the first application."""
    setattr(Rule, "_compile_builder", _compiled_once)  # noqa: B010  # a method's type is fixed
    setattr(Rule, "_parse_rule", _parsed_once)  # noqa: B010
    passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Lasting:
    """One application for many tests, as a server has one for many requests. Each test finds it as
    it was made: its settings, no answer kept, and nothing of what another test changed in it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.jinja_env.bytecode_cache = _templates
        with app.app_context():
            self._dialect = db.engine.dialect.name
            if self._dialect == "sqlite":
                event.listen(db.engine, "connect", _wait_for_no_disk)
            db.engine._compiled_cache = _statements.setdefault(self._dialect, Statements())  # type: ignore[assignment]
        self._config = dict(app.config)
        self._extensions = _copied(app.extensions)

    def as_new(self, settings: Settings) -> Flask:
        """The application with these settings, of the database that it was made for."""
        self.app.config.clear()
        self.app.config.update(self._config)
        self.app.extensions.clear()
        self.app.extensions.update(
            _copied(self._extensions),
            settings=settings,
            jobs_settings=settings,
            storage=Storage(settings.data_dir / "documents"),
            uploads=Uploads(settings.data_dir / "uploads"),
            misses=FixedWindowRateLimiter(MemoryStorage()),
            api_limiter=FixedWindowRateLimiter(MemoryStorage()),
        )
        for mapper in Base.registry.mappers:
            mapper.base_mapper.__dict__["_compiled_cache"] = _statements.setdefault(
                f"{self._dialect} {mapper.base_mapper.class_.__name__}", Statements()
            )
        return self.app


def _copied(parts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: copy(part) if isinstance(part, dict | list | set) else part
        for name, part in parts.items()
    }
