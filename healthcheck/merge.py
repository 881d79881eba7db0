"""How do the programs' posted metrics become one page?

Each program posts the text format; families of one name are put together, with one HELP and TYPE, and each sample
gets a label `program` where it has none. What does not fit (another type, a sample that is there already) is left
out: half a page is better than one that Prometheus refuses.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample


@dataclass(frozen=True, slots=True)
class Posted:
    """A program's families; `whole` is false when a part could not be read."""

    program: str
    families: tuple[Metric, ...]
    whole: bool


def parse(program: str, text: str) -> Posted:
    """Read a program's metrics up to the first line that is not of the text format."""
    families: list[Metric] = []
    whole = True
    try:
        for family in text_string_to_metric_families(text):
            # creation times are of use to OpenMetrics readers only, and their names clash with the counters' there
            if not family.name.endswith("_created"):
                families.append(_labelled(family, program))
    except ValueError:
        whole = False
    return Posted(program, tuple(families), whole)


def merge(families: Iterable[Metric]) -> Iterator[Metric]:
    """Put families of one name together; the first one's HELP and TYPE count."""
    by_name: dict[str, Metric] = {}
    for family in families:
        merged = by_name.get(family.name)
        if merged is None:
            merged = by_name[family.name] = Metric(family.name, family.documentation, family.type, family.unit)
        if merged.type == family.type:
            merged.samples.extend(family.samples)
    taken: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for name in sorted(by_name):
        family = by_name[name]
        family.samples = [sample for sample in family.samples if _is_new(sample, taken)]
        if family.samples:
            yield family


def _labelled(family: Metric, program: str) -> Metric:
    labelled = Metric(family.name, family.documentation or family.name, family.type, family.unit)
    labelled.samples = [
        sample._replace(labels={"program": program, **sample.labels}, timestamp=None) for sample in family.samples
    ]
    return labelled


def _is_new(sample: Sample, taken: set[tuple[str, tuple[tuple[str, str], ...]]]) -> bool:
    labels: Mapping[str, str] = sample.labels
    key = (sample.name, tuple(sorted(labels.items())))
    if key in taken:
        return False
    taken.add(key)
    return True
