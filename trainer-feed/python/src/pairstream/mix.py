"""Shows or changes the mix of a run, from a shell: ``python -m pairstream.mix``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import pairstream


def main(arguments: Sequence[str] | None = None) -> None:
    """Shows or changes the mix of a run."""
    parser = argparse.ArgumentParser(
        prog="python -m pairstream.mix",
        description="Show from which sample on a run has which mix; with views and weights, change it at a step.",
    )
    parser.add_argument("run")
    parser.add_argument("weights", nargs="*", metavar="VIEW=WEIGHT")
    parser.add_argument("--at-step", type=int, help="step from which on the weights hold")
    parser.add_argument("--batch-size", type=int, help="samples of all ranks together, by which steps are counted")
    parser.add_argument("--platform", help="data directory of the platform on this machine")
    parser.add_argument("--bootstrap", default="", help="the brokers' addresses")
    parser.add_argument("--registry", default="", help="the schema registry's address")
    parser.add_argument("--dataset", default="pairs")
    asked = parser.parse_args(arguments)
    if bool(asked.weights) != (asked.at_step is not None and asked.batch_size is not None):
        parser.error("a change needs VIEW=WEIGHT, --at-step and --batch-size")
    weights = {}
    for text in asked.weights:
        name, _, weight = text.rpartition("=")
        if not name or not weight.isdecimal():
            parser.error(f"a view and its weight are VIEW=WEIGHT, not {text}")
        weights[name] = int(weight)
    try:
        source = pairstream.open(asked.bootstrap, registry=asked.registry, platform=asked.platform, dataset=asked.dataset)
        # Needs the packages that open has asked for.
        from pairstream.platform.changing_mix import mixes

        if weights:
            source.change_mix(asked.run, weights, at_step=asked.at_step, batch_size=asked.batch_size)
        history = mixes(source, asked.run)
    except pairstream.PairstreamError as e:
        parser.exit(1, f"{e}\n")
    for begin, parts in sorted(history.changes.items()):
        print(f"from sample {begin}:", " ".join(f"{part.view}={part.weight}" for part in parts))
    if not history.changes:
        parser.exit(1, f"no run {asked.run} of a mix has begun\n")
    print(f"can change from sample {history.decided} on")


if __name__ == "__main__":
    main()
