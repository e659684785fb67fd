"""Sends the times of an answer's steps to an OpenTelemetry collector; needs the extra ``otel``.

Spans are made when the answer is there, from the times that were taken: a question is a generator that several threads
may drive, and a span that is current while it is suspended would be taken for the parent of theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from qa.config import APP_NAME
from qa.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_NANOSECONDS = 1e9
_SECONDS = 5.0
"""That the exporter tries for; nobody waits for it but the end of the process."""


@dataclass(frozen=True)
class Step:
    """A part of the way: when it began, in nanoseconds since 1970, how long it took, and the kind of error it ended with."""

    name: str
    began: int
    seconds: float
    error: str = ""


def send(endpoint: str, began: int, seconds: float, about: Mapping[str, Any], steps: Sequence[Step]) -> None:
    """Hand a span for a question and one for each of its steps to the exporter, which sends them in the background.

    Args:
        endpoint: Address of the collector, without the path.
        began: When the question was asked, in nanoseconds since 1970.
        seconds: How long the answer took.
        about: What the question's span says.
        steps: What it took.

    Raises:
        ConfigError: The extra is not installed.
    """
    provider = _provider(endpoint)
    from opentelemetry import trace

    tracer = provider.get_tracer(APP_NAME)
    whole = tracer.start_span("question", start_time=began, attributes={f"qa.{name}": v for name, v in about.items()})
    inside = trace.set_span_in_context(whole)
    for step in steps:
        span = tracer.start_span(step.name, context=inside, start_time=step.began)
        if step.error:
            span.set_status(trace.StatusCode.ERROR, step.error)
        span.end(step.began + int(step.seconds * _NANOSECONDS))
    whole.end(began + int(seconds * _NANOSECONDS))


@cache
def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        hint = 'pip install ".[otel]", or unset QA_OTLP_ENDPOINT.'
        raise ConfigError("The packages for OpenTelemetry are not installed.", hint=hint) from error
    provider = TracerProvider(resource=Resource.create({"service.name": APP_NAME}))
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_SECONDS))
    )
    return provider
