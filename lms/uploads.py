"""What somebody sent and has not confirmed yet: files that go by themselves.

They never lie among the documents: there, what two people stored is one file, and nobody may take
it away while somebody else is about to refer to it. Here each file has a name that nothing else
has, so removing one takes nothing from anybody.
"""

import re
import secrets
from datetime import datetime
from pathlib import Path

_NAME = re.compile("[0-9a-f]{32}")


class Uploads:
    """A folder of files, each under a name drawn for it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Keep the bytes; the answer is their name. A half-written file never has one."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_hex(16)
        temporary = self.root / f".{name}"
        temporary.write_bytes(content)
        temporary.replace(self.root / name)
        return name

    def get(self, name: str) -> bytes:
        """The bytes; FileNotFoundError when they are gone or the name is none of ours."""
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return (self.root / name).read_bytes()

    def remove_older(self, than: datetime) -> int:
        """Remove what was kept before that moment; how many files went."""
        if not self.root.is_dir():
            return 0
        old = [one for one in self.root.iterdir() if one.stat().st_mtime < than.timestamp()]
        for one in old:
            one.unlink(missing_ok=True)
        return len(old)
