"""One measured figure, its bound and the base beside it."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `base` the same unit, for what a bare library does; `limit` what `value` must not pass.

    `limit_ratio`: what value / base must not pass. None: shown, not judged.
    """

    name: str
    value: float
    unit: str
    base: float | None = None
    base_name: str = ""
    limit: float | None = None
    limit_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.base if self.base else None

    @property
    def holds(self) -> bool:
        within = self.limit is None or self.value <= self.limit
        ratio = self.ratio
        return within and (self.limit_ratio is None or (ratio is not None and ratio <= self.limit_ratio))

    def __str__(self) -> str:
        beside = f"{self.base_name}: {self.base:.4g} {self.unit} (× {self.ratio:.1f})" if self.base else ""
        bounds = [f"≤ {self.limit:g} {self.unit}"] if self.limit is not None else []
        bounds += [f"≤ × {self.limit_ratio:g}"] if self.limit_ratio is not None else []
        mark = "ok " if self.holds else "NOT"
        return f"{mark} {self.name:<58} {self.value:>9.4g} {self.unit:<3} {', '.join(bounds):<14} {beside}"


def seconds(act: Callable[[], object], *, repeat: int = 3) -> float:
    """The shortest of some runs: what the machine did beside it is left out."""
    taken = []
    for _ in range(repeat):
        gc.collect()
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)
