"""Figures over rounds. Run by LineTest."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "main/python"))

import line


class MarksTest(unittest.TestCase):
    def setUp(self):
        self.seconds = self.used = 0
        self.marks = line.Marks(1000, lambda: {"work": self.used}, lambda: self.seconds)

    def observe(self, done, used, seconds=0):
        self.used, self.seconds = used, seconds
        self.marks.observe(done)

    def test_counts_what_lies_between_the_marks(self):
        self.observe(100, 9, 0)  # the beginning, which does not count
        self.observe(250, 10, 1)
        self.observe(600, 11, 2)
        self.observe(950, 12.1, 8)
        self.observe(1000, 99, 99)  # nor does the end

        self.assertEqual({"pairs_per_second": 100, "cpu_ms_per_pair": {"work": 3}}, self.rounded())

    def rounded(self):
        done = self.marks.round()
        return done | {"cpu_ms_per_pair": {name: round(ms, 6) for name, ms in done["cpu_ms_per_pair"].items()}}

    def test_refuses_work_that_was_over_before_most_of_it_was_seen(self):
        for seen in (0, 900):
            with self.subTest(seen=seen):
                self.setUp()
                self.observe(seen, 1)
                self.observe(1000, 2)

                self.assertRaisesRegex(ValueError, "take more pairs", self.marks.round)


class FiguresTest(unittest.TestCase):
    def test_takes_ratios_within_a_round(self):
        def rounds(*of):
            return [
                {"pairs_per_second": speed, "cpu_ms_per_pair": {"broker": ms, "operate": 1}, "load": 2} for speed, ms in of
            ]

        found = line.figures({"whole_line": rounds((100, 3), (300, 1), (200, 7)), "peer": rounds((50, 7), (300, 3), (100, 1))})

        self.assertEqual({"median": 200, "min": 100, "max": 300}, found["whole_line"]["pairs_per_second"])
        self.assertEqual({"broker": 3, "operate": 1}, found["whole_line"]["cpu_ms_per_pair_by_process"])
        over = found["whole_line_over_peer"]
        self.assertEqual({"median": 2, "min": 1, "max": 2}, over["pairs_per_second"])
        self.assertEqual({"median": 0.5, "min": 0.5, "max": 4}, over["cpu_ms_per_pair"])
        self.assertEqual({"median": 0.429, "min": 0.333, "max": 7}, over["cpu_ms_per_pair_without_operate"])


if __name__ == "__main__":
    unittest.main()
