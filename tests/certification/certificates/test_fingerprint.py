"""The line art tells certificates apart, says truly what it shows, and never changes."""

import hashlib
import math
import re

import pytest

from certification.certificates.fingerprint import (
    POINTS,
    SIZE,
    curves,
    describe,
    operators,
    path,
    radius,
    shape_of,
    svg,
)

DIGESTS = [hashlib.sha256(str(number).encode()).digest() for number in range(40)]


def test_the_art_of_issued_certificates_never_changes() -> None:
    """Paper lasts. Whoever changes the drawing makes every certificate on a wall look forged."""
    drawn = hashlib.sha256("".join(path(digest) for digest in DIGESTS[:5]).encode()).hexdigest()
    assert drawn == "99ce0ba84427604ad82836659e6fea882662f89e3d151f5f90a450d698cbd65f"


def test_different_facts_give_different_art() -> None:
    assert len({path(digest) for digest in DIGESTS}) == len(DIGESTS)


@pytest.mark.parametrize("place", range(11))
def test_each_byte_that_shapes_the_art_shows(place: int) -> None:
    one = bytearray(DIGESTS[0])
    two = bytearray(one)
    two[place] = (one[place] + 1) % 256
    assert path(bytes(one)) != path(bytes(two))


@pytest.mark.parametrize("digest", DIGESTS[:12])
def test_the_description_counts_what_the_eye_counts(digest: bytes) -> None:
    said = describe(digest)
    assert said["rings"] == len(list(curves(digest))) == path(digest).count("Z")
    shape = shape_of(digest)
    around = [radius(shape, 0, 2 * math.pi * step / 720)[0] for step in range(720)]
    peaks = sum(around[i - 1] < around[i] >= around[(i + 1) % 720] for i in range(len(around)))
    assert said["petals"] == peaks
    assert 0 <= said["turn"] < 360


@pytest.mark.parametrize("digest", DIGESTS)
def test_the_art_stays_within_its_square(digest: bytes) -> None:
    numbers = [int(number) for number in re.findall(r"-?\d+", path(digest))]
    assert min(numbers) >= 0
    assert max(numbers) <= SIZE


@pytest.mark.parametrize("digest", DIGESTS[:12])
def test_curves_follow_the_true_shape_between_their_points(digest: bytes) -> None:
    """Halfway between two points a curve lies within 0.4 % of the square of where it belongs."""
    shape = shape_of(digest)
    for index, (start, parts) in enumerate(curves(digest)):
        t = index / (shape.rings - 1)
        before = start
        for step, (a, b, end) in enumerate(parts):
            x, y = (
                (p + 3 * q + 3 * r + s) / 8 for p, q, r, s in zip(before, a, b, end, strict=True)
            )
            true, _slope = radius(shape, t, 2 * math.pi * (step + 0.5) / POINTS)
            assert abs(math.hypot(x - SIZE / 2, y - SIZE / 2) - true) < SIZE * 0.004
            before = end


def test_it_is_drawn_alike_on_the_page_and_in_the_document() -> None:
    on_page = [int(n) for n in re.findall(r"-?\d+", path(DIGESTS[0]))]
    lines = operators(DIGESTS[0], 0, 0, SIZE, pen=1).splitlines()[1:]
    in_document = [int(n) / 5 for line in lines for n in re.findall(r"-?\d+", line)]
    assert len(on_page) == len(in_document)
    assert all(abs(a - b) <= 0.6 for a, b in zip(on_page, in_document, strict=True))


def test_the_svg_is_one_small_path() -> None:
    drawing = svg(DIGESTS[0], colour="#123456")
    assert drawing.startswith("<svg ")
    assert drawing.count("<path ") == 1
    assert 'stroke="#123456"' in drawing
    assert len(drawing) < 30_000
