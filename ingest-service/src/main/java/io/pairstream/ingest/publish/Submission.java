package io.pairstream.ingest.publish;

/**
 * What somebody sends: a pair, or a link whose image is to be fetched. It can be taken as it is.
 */
public sealed interface Submission permits NewPair, NewLink {}
