"""What the processes of one run agree on by the topic of runs: epochs of a growing view, changes of a mix, checkpoints."""
