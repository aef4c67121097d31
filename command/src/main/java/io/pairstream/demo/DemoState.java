package io.pairstream.demo;

import java.time.Duration;

/**
 * How far a demo is, at one moment.
 *
 * @param elapsed time since its start
 * @param published pairs and records that went in
 * @param outputs what came out
 * @param batches batches that were handed to the trainer
 * @param pairsPerSecond pairs that came out, per second
 * @param lastCaption first caption of the last batch; empty before the first
 */
public record DemoState(
    Duration elapsed,
    long published,
    OutputCounts outputs,
    long batches,
    double pairsPerSecond,
    String lastCaption) {}
