"""`cryptocast models …`: the versions, what was decided of them, and the operator's own decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cryptocast.domain import Horizon
from cryptocast.errors import BadInput, CorruptArtifact, ModelNotFound
from cryptocast.terminal import console, plain_errors

if TYPE_CHECKING:
    from cryptocast.registry.bucket import Bucket
    from cryptocast.registry.decision import Decision
    from cryptocast.registry.manifest import Manifest

models = typer.Typer(no_args_is_help=True, help="Model versions in the registry.")
OneHorizon = Annotated[Horizon, typer.Option(help="15m, 1h, 4h or 24h")]
PerhapsHorizon = Annotated[Horizon | None, typer.Option(help="default: all")]


@models.command("list")
def list_models(
    horizon: PerhapsHorizon = None,
    newest: Annotated[int, typer.Option(help="versions of each horizon, newest first", min=1)] = 10,
) -> None:
    """Versions of each horizon and of sentiment: who serves, who is tried, what was decided."""
    from cryptocast import wiring
    from cryptocast.registry.load import versions

    lines: list[str] = []
    with plain_errors():
        bucket = wiring.bucket()
        for name in _names(horizon):
            roles = _roles(bucket, name)
            found = sorted({*versions(bucket, name)[-newest:], *roles}, reverse=True)
            for version in found:
                *figures, why = _described(bucket, name, version)
                lines.append("  ".join([name, version, roles.get(version, "-"), *filter(None, figures)]))
                lines.append(f"    {why}" if why else "")
            if not found:
                lines.append(f"{name}  none")
    # Not a table: a version must be there in one piece to be copied, and a reason is a sentence.
    for line in filter(None, lines):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


@models.command("show")
def show_model(
    version: Annotated[str, typer.Argument(help="the whole of it, or the end that the page shows")],
    horizon: PerhapsHorizon = None,
) -> None:
    """One version: its manifest, every check and decision, and how far its shadow period is."""
    from cryptocast import wiring
    from cryptocast.registry.decision import decisions
    from cryptocast.registry.load import read_manifest

    with plain_errors():
        bucket = wiring.bucket()
        name, version = _find(bucket, version, horizon)
        console.print_json(read_manifest(bucket, name, version).model_dump_json())
        role = _roles(bucket, name).get(version, "-")
        console.print(f"{name} {version}: {role}", highlight=False, soft_wrap=True)
        for decision in decisions(bucket, name, version):
            _show_decision(decision)
        if role == "candidate":
            _show_shadow(bucket, name, version)


@models.command("promote")
def promote_model(
    version: str, horizon: OneHorizon, reason: Annotated[str, typer.Option(help="kept with the version")]
) -> None:
    """Let VERSION serve without the gate. Refused where its self-tests failed or it cannot be loaded."""
    from cryptocast import wiring
    from cryptocast.registry.layout import price_model
    from cryptocast.retrain.by_hand import promote_by_hand

    with plain_errors():
        champion = promote_by_hand(wiring.bucket(), price_model(horizon), version, reason, datetime.now(UTC))
    _serves(price_model(horizon), champion.version, champion.previous)


@models.command("rollback")
def rollback_model(
    horizon: PerhapsHorizon = None,
    sentiment: Annotated[bool, typer.Option("--sentiment", help="the sentiment model instead")] = False,
    to: Annotated[str | None, typer.Option(help="a version; default: the previous champion")] = None,
    reason: Annotated[str, typer.Option(help="kept with the version")] = "no reason given",
) -> None:
    """Let the champion's predecessor, or another version, serve again."""
    from cryptocast import wiring
    from cryptocast.registry import layout
    from cryptocast.retrain.by_hand import rollback_by_hand

    with plain_errors():
        if (horizon is None) != sentiment:
            raise BadInput("say which model: --horizon 15m, 1h, 4h or 24h, or --sentiment")
        name = layout.SENTIMENT if horizon is None else layout.price_model(horizon)
        champion = rollback_by_hand(wiring.bucket(), name, reason, datetime.now(UTC), to)
    _serves(name, champion.version, champion.previous)


def _serves(name: str, version: str, previous: str | None) -> None:
    console.print(f"{name}: {version} serves, in place of {previous or 'none'}", soft_wrap=True)


def _names(horizon: Horizon | None) -> Iterator[str]:
    from cryptocast.registry import layout

    yield from (layout.price_model(h) for h in ([horizon] if horizon else Horizon))
    if horizon is None:
        yield layout.SENTIMENT


def _roles(bucket: Bucket, name: str) -> dict[str, str]:
    """Version → champion or candidate. What cannot be read has no role, and is said."""
    from cryptocast.registry.candidate import read_candidate
    from cryptocast.registry.load import read_champion

    roles: dict[str, str] = {}
    try:
        candidate = read_candidate(bucket, name)
        if candidate is not None and candidate[0].state == "shadow":
            roles[candidate[0].version] = "candidate"
    except CorruptArtifact as error:
        _unreadable(error)
    try:
        roles[read_champion(bucket, name)[0].version] = "champion"
    except ModelNotFound:
        pass
    except CorruptArtifact as error:
        _unreadable(error)
    return roles


def _unreadable(error: CorruptArtifact) -> None:
    console.print(f"[yellow]unreadable[/yellow] {error}", highlight=False, soft_wrap=True)


def _described(bucket: Bucket, name: str, version: str) -> tuple[str, ...]:
    from cryptocast.registry.decision import decisions
    from cryptocast.registry.load import read_manifest

    try:
        manifest = read_manifest(bucket, name, version)
        decided = decisions(bucket, name, version)
    except (ModelNotFound, CorruptArtifact) as error:
        return (str(error),)
    figures = manifest.metrics
    last = decided[-1] if decided else None
    return (
        f"{manifest.created_at:%Y-%m-%d %H:%M}",
        _label(manifest),
        _named("accuracy", _figure(figures, "accuracy", "{:.1%}")),
        _named("Brier", _brier(manifest)),
        f"{last.verdict} ({last.stage})" if last else "",
        last.reason if last else "",
    )


def _label(manifest: Manifest) -> str:
    label = manifest.data_label.value if manifest.data_label else ""
    return f"{label} stand-in".strip() if manifest.stand_in else label


def _figure(figures: Any, name: str, form: str) -> str:
    """The figure, with its 95 % interval where the manifest has one (`NAME_ci95`, or `_low` and `_high`)."""
    value = figures.get(name)
    if not isinstance(value, int | float):
        return ""
    interval = figures.get(f"{name}_ci95") or (figures.get(f"{name}_low"), figures.get(f"{name}_high"))
    said = form.format(value)
    if len(interval) == 2 and all(isinstance(end, int | float) for end in interval):
        said += f" ({form.format(interval[0])} to {form.format(interval[1])})"
    return said


def _named(name: str, figure: str) -> str:
    return f"{name} {figure}" if figure else ""


def _brier(manifest: Manifest) -> str:
    said = _figure(manifest.metrics, "brier", "{:.4f}")
    return said if manifest.skill is None or manifest.skill.shown else f"{said}, no skill shown"


def _find(bucket: Bucket, version: str, horizon: Horizon | None) -> tuple[str, str]:
    """The model and the version that is `version`, or ends with it. Raises `ModelNotFound`, `BadInput`."""
    from cryptocast.registry.load import versions

    held = [(name, one) for name in _names(horizon) for one in versions(bucket, name)]
    exact = [(name, one) for name, one in held if one == version]
    found = exact or [(name, one) for name, one in held if one.endswith(f"-{version}")]
    if not found:
        where = f"prices/{horizon.value}" if horizon else "the registry"
        raise ModelNotFound(f"{where} has no version {version}; `cryptocast models list` shows what there is")
    if len({name for name, _ in found}) > 1:
        names = ", ".join(name for name, _ in found)
        raise BadInput(f"{names} have a version {version}: say which with --horizon")
    if len(found) > 1:
        raise BadInput(f"{', '.join(one for _, one in found)} end with {version}: give the whole version")
    return found[0]


def _show_decision(decision: Decision) -> None:
    said = f"{decision.decided_at:%Y-%m-%d %H:%M} {decision.stage}: {decision.verdict}; {decision.reason}"
    console.print(said, highlight=False, soft_wrap=True)
    if not decision.checks:
        return
    table = Table("check", "passed", "figure", "allowed", "what was measured")
    for check in decision.checks:
        numbers = ("" if n is None else f"{n:.6g}" for n in (check.figure, check.allowed))
        table.add_row(check.name, "yes" if check.passed else "no", *numbers, check.said)
    console.print(table)


def _show_shadow(bucket: Bucket, name: str, version: str) -> None:
    from cryptocast import wiring
    from cryptocast.registry.load import read_champion
    from cryptocast.store.shadow_forecasts import progress
    from cryptocast.train.shadow_gate import cycles_needed

    horizon = Horizon(name.rsplit("/", 1)[-1])
    champion, _ = read_champion(bucket, name)
    found = progress(wiring.database(), horizon, version, champion.version)
    needed = cycles_needed(horizon, wiring.settings().shadow_cycles)
    console.print(
        f"shadow period beside {champion.version}: {found.recorded} moments recorded, "
        f"{found.judged} of {needed} judged",
        highlight=False,
        soft_wrap=True,
    )
