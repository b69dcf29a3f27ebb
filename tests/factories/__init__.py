"""Plain factories: fixed values, one committed unit per call, returned rows stay readable."""

from datetime import datetime

from tests.factories.catalog import CatalogFactory
from tests.factories.delivery import DeliveryFactory
from tests.factories.designs import DesignsFactory
from tests.factories.rubrics import RubricsFactory
from tests.factories.scheduling import SchedulingFactory
from tests.factories.scoring import ScoringFactory


class Factory(
    CatalogFactory,
    SchedulingFactory,
    DesignsFactory,
    DeliveryFactory,
    ScoringFactory,
    RubricsFactory,
):
    """Everything that a test may need to exist."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.count = 0
