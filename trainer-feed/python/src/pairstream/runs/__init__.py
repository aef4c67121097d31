"""Agreements of the processes of one run, on the topic of runs: epochs of a growing view, changes of a mix, checkpoints."""
