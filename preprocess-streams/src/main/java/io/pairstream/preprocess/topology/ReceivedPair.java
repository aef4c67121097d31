package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.schemas.RawPair;

/**
 * A raw record that could be read.
 *
 * @param pair what the producer says, the image included
 * @param submitted what cleaning gets of it; rejected where the caption is not UTF-8
 */
record ReceivedPair(RawPair pair, Outcome<SubmittedPair> submitted) {}
