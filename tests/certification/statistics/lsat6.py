"""Section 6 of the Law School Admission Test: five items, 1,000 people (Bock and Lieberman 1970).

The frequencies of the 32 patterns 00000, 00001, … 11111, as the BUGS examples give them.
"""

from certification.statistics.responses import Item, Sample, Sitting, sample_of

FREQUENCIES = (
    *(3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15),
    *(10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298),
)


def lsat6() -> Sample:
    """As a sample of 1,000 sittings."""
    patterns = [
        tuple(float(pattern >> (4 - item) & 1) for item in range(5))
        for pattern, count in enumerate(FREQUENCIES)
        for _ in range(count)
    ]
    sittings = [Sitting(person=str(n), points=points) for n, points in enumerate(patterns)]
    return sample_of([Item(f"I{n}") for n in range(1, 6)], sittings)
