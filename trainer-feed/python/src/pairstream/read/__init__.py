"""Records of a split's topic, as views name them: read in windows, without those of withdrawn pairs."""
