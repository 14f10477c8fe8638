"""The command: python -m tests.bench.keys --seeds 0:500 --shard 1/2 (docs/benchmarks.md)."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.keys import known
from tests.bench.keys.answers import Answers
from tests.bench.keys.run import IN_ONE_WORLD, Choice, Runner
from tests.bench.keys.world import TROUBLES, Ground, check_out_is_there
from tests.bench.slow_disk import build
from tests.end2end.desktop import ROOT, own_desktop, why_not


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench.keys", description="Keys at random in a true window.")
    parser.add_argument("--seeds", default="0:60", help="FIRST:END, or one seed")
    parser.add_argument("--shard", default="1/1", help="K/N: the K-th of N parts, which may run side by side")
    parser.add_argument("--known", nargs="?", const="all", help="the known ways to fail (F1,F3 or all) and no seeds")
    parser.add_argument("--times", type=int, default=1, help="how often each of the known ones is played")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="another folder with the program's source")
    parser.add_argument("--way", choices=("kept", "sandbox"), help="only with a kept account, or only with --sandbox")
    parser.add_argument("--slow-disk", type=int, help="milliseconds that every fsync takes longer (drawn unless told)")
    parser.add_argument("--gap", type=int, help="milliseconds from key to key (drawn unless told)")
    parser.add_argument("--trouble", choices=TROUBLES, help="what the server does (drawn unless told)")
    parser.add_argument("--no-tab", action="store_true", help="go from field to field by Alt+U and Alt+M alone")
    parser.add_argument("--logs", type=Path, default=Path("key-logs"), help="folder for the keys of what failed")
    return parser.parse_args(given)


def seeds_of(words: str, shard: str) -> list[int]:
    """Return the seeds that a shard has to run: whole worlds, by turns."""
    first, _, end = words.partition(":")
    number, _, count = shard.partition("/")
    seeds = range(int(first), int(end) if end else int(first) + 1)
    return [seed for seed in seeds if seed // IN_ONE_WORLD % int(count) == int(number) - 1]


def main(given: Sequence[str] | None = None) -> int:
    """Run; return 1 where anything failed, 2 where nothing could be run."""
    told = _arguments(given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    reason = why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    kept = None if told.way is None else told.way == "kept"
    choice = Choice(kept, told.slow_disk, not told.no_tab, told.gap, told.trouble, told.logs)
    with tempfile.TemporaryDirectory(prefix="mailwright-keys-") as name, own_desktop(told.logs) as desktop:
        place = Path(name)
        library = build(place)
        if library is None:
            print("no C compiler: the disk is as it is")
        ground = Ground(desktop, place, check_out_is_there(told.checkout), library)
        with ground.ready(), Answers(desktop.environment["DISPLAY"]) as answers:
            runner = Runner(ground, answers, choice)
            if told.known:
                tally = known.run(runner, told.known, told.times)
            else:
                tally = runner.run(seeds_of(told.seeds, told.shard))
    print(tally.summary(), flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
