"""What a service counts, for Prometheus."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)


class Metrics:
    """Counters of one service.

    Attributes:
        registry: all of them, and those of the process.
        requests: answered, by path and status.
        seconds: from the head of a request to the end of its answer, by path.
        pictures: captioned, left out or refused.
        queue: places that are taken.
        batches: their sizes.
        engine: seconds a batch.
    """

    def __init__(self):
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "captioning_requests",
            "Requests answered.",
            ["path", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "captioning_request_seconds",
            "Seconds from the head of a request to the end of its answer.",
            ["path"],
            registry=self.registry,
        )
        self.pictures = Counter(
            "captioning_pictures",
            "Pictures answered: captioned, left out as unsure, or refused.",
            ["outcome"],
            registry=self.registry,
        )
        self.queue = Gauge(
            "captioning_queue_pictures",
            "Pictures that are decoded, wait or are captioned.",
            registry=self.registry,
        )
        self.batches = Histogram(
            "captioning_batch_pictures",
            "Pictures in a batch.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self.engine = Histogram(
            "captioning_engine_seconds",
            "Seconds that the engine takes for a batch.",
            registry=self.registry,
        )
