package io.pairstream.chaos.verify;

/** All pairs by their ids, and all images by their digests, each with what is known of it. */
final class Pairs {

  private final LongIndex ids = new LongIndex();
  private final LongColumn firstHalves = new LongColumn();
  private final LongColumn secondHalves = new LongColumn();
  private final LongIndex images = new LongIndex();
  private final LongColumn imageRests = new LongColumn();

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
    int pair = isHex(pairId, 32) ? ids.find(LongIndex.keyOf(pairId)) : -1;
    return pair >= 0 && id(pair).equals(pairId) ? pair : -1;
  }

  int count() {
    return ids.size();
  }

  String id(int pair) {
    return "%016x%016x".formatted(firstHalves.get(pair), secondHalves.get(pair));
  }

  int addImage(String imageDigest) {
    int image = images.add(LongIndex.keyOf(imageDigest));
    imageRests.put(image, restOf(imageDigest));
    return image;
  }

  /** The image's number; -1 where it is none that is known, or no digest. */
  int findImage(String imageDigest) {
    int image = isHex(imageDigest, 64) ? images.find(LongIndex.keyOf(imageDigest)) : -1;
    return image >= 0 && imageRests.get(image) == restOf(imageDigest) ? image : -1;
  }

  /** A hash of what the index leaves out of a digest; all its digits count. */
  private static long restOf(String digest) {
    long rest = 0;
    for (int digit = 16; digit < 64; digit += 16) {
      rest = rest * 31 + Long.parseUnsignedLong(digest, digit, digit + 16, 16);
    }
    return rest;
  }

  private static boolean isHex(String text, int digits) {
    return text.length() == digits
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
