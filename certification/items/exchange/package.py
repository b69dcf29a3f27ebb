"""A zip of strangers: read in memory within bounds, never unpacked to anywhere. Pure."""

import io
import posixpath
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from urllib.parse import unquote

from certification.items.exchange.found import CannotTake

MOST_FILES = 2_000
MOST_BYTES = 64 << 20
MOST_BYTES_OF_ONE = 8 << 20
MOST_RATIO = 200
"""How much smaller a file of more than a megabyte may have been; text reaches 20."""
FROM = 1 << 20
UTF8 = 0x800
"""The flag of names in UTF-8."""


@dataclass(slots=True)
class Package:
    """The files of a zip by their cleaned names; `unsafe` are names that were left out, and why."""

    archive: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]
    unsafe: dict[str, str]
    used: set[str] = field(default_factory=set)
    read_bytes: int = 0
    folded: dict[str, str] = field(default_factory=dict)
    """The names by what is the same in any spelling."""

    def find(self, base: str, address: str) -> str | None:
        """The name of the file that an address in the file `base` means."""
        path = unquote(address.partition("?")[0].partition("#")[0])
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path.replace("\\", "/")))
        if name in self.entries:
            return name
        if not self.folded:
            self.folded = {_folded(one): one for one in self.entries}
        return self.folded.get(_folded(name))

    def read(self, name: str) -> bytes:
        """The content of a file, counted while it grows: what a zip says of itself may be a lie."""
        self.used.add(name)
        try:
            with self.archive.open(self.entries[name]) as file:
                content = file.read(MOST_BYTES_OF_ONE + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            ValueError,
            NotImplementedError,
        ):
            raise CannotTake("import_file_broken", name=name[-80:]) from None
        self.read_bytes += len(content)
        if len(content) > MOST_BYTES_OF_ONE or self.read_bytes > MOST_BYTES:
            raise CannotTake("import_too_large")
        return content


def opened(content: bytes) -> Package:
    """The package, or `CannotTake` when it is broken or made to do harm."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        listed = archive.infolist()
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        OverflowError,
    ):
        raise CannotTake("import_zip_broken") from None
    if len(listed) > MOST_FILES or sum(one.file_size for one in listed) > MOST_BYTES:
        raise CannotTake("import_zip_bomb")
    if any(_is_bomb(one) for one in listed):
        raise CannotTake("import_zip_bomb")
    package = Package(archive, {}, {})
    for one in listed:
        _sort(package, one)
    return package


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > FROM and entry.file_size > MOST_RATIO * max(1, entry.compress_size)


def _folded(name: str) -> str:
    """Large or small, composed or not: Macs write `u` and its dots apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _written(entry: zipfile.ZipInfo) -> str:
    """The name; old programs write UTF-8 without saying so, which then reads as DOS letters."""
    if entry.flag_bits & UTF8 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def _sort(package: Package, entry: zipfile.ZipInfo) -> None:
    shown = entry.filename[:200].encode("ascii", "backslashreplace").decode()
    name = _written(entry).replace("\\", "/")
    if entry.is_dir() or name.endswith("/") or name.startswith("__MACOSX/"):
        return
    if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        package.unsafe[shown] = "import_path"
    elif stat.S_ISLNK(entry.external_attr >> 16):
        package.unsafe[shown] = "import_symlink"
    elif entry.flag_bits & 1:
        package.unsafe[shown] = "import_encrypted"
    elif posixpath.normpath(name) in package.entries:
        package.unsafe[shown] = "import_file_twice"
    else:
        package.entries[posixpath.normpath(name)] = entry
