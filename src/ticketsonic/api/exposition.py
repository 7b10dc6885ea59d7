"""/metrics, for Prometheus: the metrics of every worker of this server."""

import ipaddress
import os

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response

from ticketsonic.settings import Settings

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


async def serve_metrics(request: Request, settings: Settings) -> Response:
    """Show the metrics: where they are on, or by default to this machine alone, never through a proxy."""
    if not may_see(request, settings):
        return Response(b'{"status":"error","message":"not found"}', status_code=404, media_type="application/json")
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def may_see(request: Request, settings: Settings) -> bool:
    """Whether this client may see the metrics (docs/configuration.md, `TICKETSONIC_METRICS`)."""
    if settings.metrics != "auto":
        return settings.metrics == "on"
    if not settings.on_loopback or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
