"""Time stamps (RFC 3161) of a server that the installation chose: asked while a document is signed,
never inside a transaction."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError

from certification.certificates import container
from certification.keys.signers import TimeStamps

Result = TypeVar("Result")
SECONDS = 10.0
"""From the connection to the last byte, for each question: a server that trickles ends too."""


CLOCKS = timedelta(days=1)
"""How much those of the server, of the signer and of who checks may differ."""


class StampTrouble(Exception):
    """No stamp came, or none that holds. The job that signs tries again."""


@lru_cache(maxsize=4)
def stamper(url: str) -> HTTPTimeStamper:
    """Asks the server. One for each process: it learns the server's certificates only once."""
    return HTTPTimeStamper(url, timeout=SECONDS)


def outside_loops(work: Callable[[], Result]) -> Result:
    """Do pyHanko's work, which starts an event loop of its own, in a thread where none runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def roots(stamps: TimeStamps | None) -> list[x509.Certificate]:
    """Who vouches for the server."""
    return certificates(stamps.authority) if stamps else []


def certificates(text: bytes) -> list[x509.Certificate]:
    """Certificates in PEM, one after another."""
    if not text:
        return []
    return [x509.Certificate.load(der) for _name, _headers, der in pem.unarmor(text, True)]


@contextmanager
def named_troubles(stamps: TimeStamps | None) -> Iterator[None]:
    """Say which server it was, and forget what was learnt of it."""
    try:
        yield
    except (TimestampRequestError, ValidationError, ValueError) as error:
        if stamps is None:
            raise
        stamper.cache_clear()
        why = f"{error} ({error.__cause__!r})" if error.__cause__ else str(error)
        raise StampTrouble(f"the time-stamp server {stamps.url}: {why}") from error


def ask(stamps: TimeStamps) -> None:
    """Ask for a stamp that nobody keeps, and who vouches for it; raises StampTrouble."""
    with named_troubles(stamps):
        outside_loops(lambda: asyncio.run(_vouched(stamps)))


async def _vouched(stamps: TimeStamps) -> None:
    asked: Any = HTTPTimeStamper(stamps.url, timeout=SECONDS)
    trusted = ValidationContext(trust_roots=roots(stamps), allow_fetching=False)
    async for _path in asked.validation_paths(trusted):
        pass


def require(
    content: bytes, stamps: TimeStamps, authority: bytes, signer: ValidationContext
) -> None:
    """Look at the stamp before the document is kept for ever: a server may answer with anything.
    What a check would refuse later is refused now. Raises ValueError."""
    signature = PdfFileReader(BytesIO(content)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=roots(stamps), allow_fetching=False)
    status = validate_pdf_signature(
        signature, signer_validation_context=signer, ts_validation_context=trusted
    )
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
        raise ValueError("its stamp does not hold for this document")
    if not is_plausible(stamp.timestamp, status.signer_reported_dt, stamp.timestamp):
        raise ValueError(f"its clock stands at {stamp.timestamp}")
    place = container.place_of(signature, content)
    if not container.is_sound(place, certificates(authority), roots(stamps)):
        raise ValueError(
            "its stamp holds more than a check allows, as certificates do for which none in"
            " TIMESTAMP_CA_FILE vouches"
        )


def is_plausible(stamped: datetime, claimed: datetime | None, now: datetime) -> bool:
    """Whether a stamp is of when the signature says that it was made, and not of a time to come.
    The same server would confirm at any later time that the signature exists."""
    return claimed is not None and abs(stamped - claimed) <= CLOCKS and stamped <= now + CLOCKS
