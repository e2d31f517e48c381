"""One cycle in this process: the steps of statemachines/cycle.asl.json, in the same order.

For the operator, benchmarks and tests; production runs the state machine, whose functions call the
same domain functions through the same wiring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from cryptocast import wiring
from cryptocast.domain import CycleWindow, StepReport
from cryptocast.errors import CryptocastError
from cryptocast.observability import get_logger


def run_cycle(window: CycleWindow) -> list[StepReport]:
    """The report of each step. A collector that fails is named and the rest goes on; a later step raises."""
    reports = [
        _tolerated("collect_prices", "prices", _prices, window),
        _tolerated("collect_news", "news", _news, window),
        _tolerated("collect_social", "posts", _social, window),
        _tolerated("score_sentiment", "sentiment", _score, window),
    ]
    missing = tuple(dict.fromkeys(word for report in reports for word in report.missing))
    reports += [_features(window), _forecast(window, missing)]
    if wiring.settings().stream_endpoint_url:
        reports.append(_publish(window))
    return [*reports, _monitor(window, reports)]


def _tolerated(
    name: str, brings: str, step: Callable[[CycleWindow], StepReport], window: CycleWindow
) -> StepReport:
    """The step's report; where it fails, what it `brings` is missing, as the state machine says it."""
    try:
        return step(window)
    except CryptocastError as error:
        get_logger().warning("%s failed: %s", name, error)
        return StepReport(name, missing=[f"{brings}: {error}"])


def _prices(window: CycleWindow) -> StepReport:
    from cryptocast.collect.prices import collect_prices

    return collect_prices(wiring.database(), wiring.sources(), window, wiring.settings().symbol_list)


def _news(window: CycleWindow) -> StepReport:
    from cryptocast.collect.news import collect_news

    return collect_news(wiring.database(), wiring.sources(), window)


def _social(window: CycleWindow) -> StepReport:
    from cryptocast.collect.social import collect_social

    return collect_social(wiring.database(), wiring.sources(), window)


def _score(_window: CycleWindow) -> StepReport:
    from cryptocast.sentiment.score import score_sentiment

    return score_sentiment(wiring.database(), wiring.scorer(), 2_000)


def _features(window: CycleWindow) -> StepReport:
    from cryptocast.features.build import build_feature_rows

    return build_feature_rows(
        wiring.database(),
        wiring.online_store(),
        window,
        wiring.settings().symbol_list,
        wiring.sentiment_version(),
    )


def _forecast(window: CycleWindow, missing: tuple[str, ...]) -> StepReport:
    from cryptocast.serve.forecaster import forecast

    settings = wiring.settings()
    return forecast(
        wiring.database(),
        wiring.online_store(),
        wiring.forecasters(),
        window,
        settings.symbol_list,
        settings.data_label,
        missing,
    )


def _publish(window: CycleWindow) -> StepReport:
    from cryptocast.stream.push import publish

    return publish(wiring.online_store(), wiring.push_client(), window, wiring.settings().symbol_list)


def _monitor(window: CycleWindow, reports: Sequence[StepReport]) -> StepReport:
    from cryptocast.monitor.run import monitor

    settings = wiring.settings()
    return monitor(
        wiring.database(),
        wiring.cloudwatch(),
        window,
        settings.metrics_namespace,
        settings.stage,
        settings.symbol_list,
        bucket=wiring.bucket(),
        shadow_cycles=settings.shadow_cycles,
        steps=[asdict(report) for report in reports],
    )
