package io.pairstream.feed;

/**
 * How full a feed is.
 *
 * @param readyBatches that wait for the trainer
 * @param slots batches that there is room for, those that the trainer holds included
 * @param batchSamples samples in a full batch
 * @param samplesWaiting records in the topic that were not read yet, ends of transactions included,
 *     as of the last poll; -1 where that is not known
 */
public record FeedLevel(int readyBatches, int slots, int batchSamples, long samplesWaiting) {}
