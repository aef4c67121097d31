package io.pairstream.operations.audit;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How many pairs of each image are in each of the three splits. An image is known by the first 128
 * bits of its digest. Takes about 36 bytes per image.
 */
final class ImageSplits {

  private static final int BITS = 21;
  private static final long MASK = (1L << BITS) - 1;
  private static final int SPLITS = 3;

  private final DigestTable digests = new DigestTable();

  /** Three counts of 21 bits each. */
  private long[] counts = new long[1024];

  /** Number of an image, which is put in where it is new. */
  int add(String imageDigest) {
    int image = digests.add(imageDigest);
    if (image == counts.length) {
      counts = Arrays.copyOf(counts, image * 2);
    }
    return image;
  }

  void more(int image, int split) {
    if (count(image, split) < MASK) {
      counts[image] += 1L << (split * BITS);
    }
  }

  void fewer(int image, int split) {
    counts[image] -= 1L << (split * BITS);
  }

  long count(int image, int split) {
    return (counts[image] >>> (split * BITS)) & MASK;
  }

  /** The images that are in more than one split. */
  void leaks(IntConsumer each) {
    for (int image = 0; image < digests.size(); image++) {
      int splits = 0;
      for (int split = 0; split < SPLITS; split++) {
        splits += count(image, split) > 0 ? 1 : 0;
      }
      if (splits > 1) {
        each.accept(image);
      }
    }
  }

  /** First 32 hex digits of an image's digest. */
  String hex(int image) {
    return digests.hex(image);
  }
}
