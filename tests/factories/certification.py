"""Competencies, exams, schemes, awards."""

from tests.factories.base import FactoryBase


class CertificationFactory(FactoryBase):
    """Makes what certifies people."""
