package io.pairstream.chaos.verify;

/** All pairs by their ids, and all images by their digests, each with what is known of it. */
final class Pairs {

  private final LongIndex ids = new LongIndex();
  private final LongColumn firstHalves = new LongColumn();
  private final LongColumn secondHalves = new LongColumn();
  private final LongIndex images = new LongIndex();

  /** How many raw records hold the pair. */
  final LongColumn received = new LongColumn();

  /** How many times it was published. */
  final LongColumn publications = new LongColumn();

  /** One more than the coordinates with which it was published. */
  final LongColumn publishedFor = new LongColumn();

  /** One more than the door by which it was published. */
  final LongColumn publishedBy = new LongColumn();

  /** One more than the coordinates of a record that holds the pair. */
  final LongColumn heldBy = new LongColumn();

  /** Not 0 where it is to be published. */
  final LongColumn good = new LongColumn();

  /** Bits of the doors by which an image was published. */
  final LongColumn imageDoors = new LongColumn();

  int add(String pairId) {
    int pair = ids.add(LongIndex.keyOf(pairId));
    firstHalves.put(pair, Long.parseUnsignedLong(pairId, 0, 16, 16));
    secondHalves.put(pair, Long.parseUnsignedLong(pairId, 16, 32, 16));
    return pair;
  }

  /** The pair's number; -1 where it is none that is known, or no pair id. */
  int find(String pairId) {
    return isPairId(pairId) ? ids.find(LongIndex.keyOf(pairId)) : -1;
  }

  int count() {
    return ids.size();
  }

  String id(int pair) {
    return "%016x%016x".formatted(firstHalves.get(pair), secondHalves.get(pair));
  }

  int image(String imageDigest) {
    return images.add(LongIndex.keyOf(imageDigest));
  }

  private static boolean isPairId(String text) {
    return text.length() == 32
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
