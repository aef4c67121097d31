package io.pairstream.feed.export;

/**
 * What the manifest says of a shard that is finished.
 *
 * @param samples pairs in it
 * @param withdrawn places of the view without a pair
 * @param bytes of the file
 * @param sha256 of the file, lower-case hex
 * @param takedowns which were honoured when it was begun
 */
record ShardEntry(
    String name, long samples, long withdrawn, long bytes, String sha256, String takedowns) {}
