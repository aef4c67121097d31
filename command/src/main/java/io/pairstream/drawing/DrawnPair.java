package io.pairstream.drawing;

import io.pairstream.ingest.publish.NewPair;

/**
 * One item of the drawn stream.
 *
 * @param index its place in the stream, from 0
 * @param kind what is right or wrong with it
 * @param pair what a producer sends
 */
public record DrawnPair(long index, DrawnKind kind, NewPair pair) {}
