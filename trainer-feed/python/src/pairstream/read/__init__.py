"""Records of a split, as views name them: read in windows, without those of withdrawn pairs, wherever they are kept."""
