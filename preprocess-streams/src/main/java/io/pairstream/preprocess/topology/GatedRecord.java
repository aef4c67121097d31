package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.CleaningPlan.GatedPair;
import io.pairstream.schemas.RawPair;

/** A pair that passed the gate, with what its producer says of it. */
record GatedRecord(RawPair pair, GatedPair gated) {}
