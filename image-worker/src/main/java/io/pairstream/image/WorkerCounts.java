package io.pairstream.image;

/**
 * How the image workers are, and what became of those that were.
 *
 * @param most workers that there may be
 * @param running worker processes that live now
 * @param busy workers that prepare an image now
 * @param callersWaiting threads that wait for their turn
 * @param asked images that a worker was given, second attempts counted too
 * @param started workers that have proved themselves since the pool was made
 * @param crashed workers that died over an image
 * @param late workers that were ended because an image took them too long
 * @param failedStarts workers that could not be started, or could not do what the recipe asks
 */
public record WorkerCounts(
    int most,
    int running,
    int busy,
    int callersWaiting,
    long asked,
    long started,
    long crashed,
    long late,
    long failedStarts) {}
