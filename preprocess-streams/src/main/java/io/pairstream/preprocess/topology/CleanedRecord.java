package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.CleanedPair;
import io.pairstream.schemas.RawPair;

/** A cleaned pair, with what its producer says of it. */
record CleanedRecord(RawPair pair, CleanedPair cleaned) {}
