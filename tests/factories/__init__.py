"""Plain factories: fixed values, one committed unit per call, returned rows stay readable."""

from datetime import datetime

from tests.factories.accounts import AccountsFactory
from tests.factories.catalog import CatalogFactory
from tests.factories.certification import CertificationFactory
from tests.factories.designs import DesignsFactory
from tests.factories.items import ItemsFactory
from tests.factories.scheduling import SchedulingFactory


class Factory(
    AccountsFactory,
    CatalogFactory,
    SchedulingFactory,
    CertificationFactory,
    DesignsFactory,
    ItemsFactory,
):
    """Everything that a test may need to exist."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.count = 0
