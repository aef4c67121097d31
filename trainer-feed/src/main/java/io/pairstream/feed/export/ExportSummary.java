package io.pairstream.feed.export;

/**
 * What an export left in its folder.
 *
 * @param shards files in all
 * @param kept of them, those that an earlier start had finished
 * @param samples pairs in all shards
 * @param withdrawn samples of the view that are in none, because the pair has been withdrawn
 * @param bytes of all shards
 */
public record ExportSummary(int shards, int kept, long samples, long withdrawn, long bytes) {}
