package io.pairstream.benchmarks;

import io.pairstream.schemas.RawPair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A few pairs as a long row of distinct ones: after the first pass every picture is another file
 * with the same pixels, also where the pairs have pictures in common.
 *
 * <p>A JPEG gets a comment behind its first marker, so that digest, pair id and partition are new.
 * Any other picture stays as it is, and its caption gets the number of the pass. Each picture may
 * come under several captions, one after the other. Thread-safe.
 *
 * @param pairs at least one
 * @param captions of each picture; at least 1
 */
record RepeatedPairs(List<RawPair> pairs, int captions) {

  private static final byte[] START_OF_IMAGE = {(byte) 0xFF, (byte) 0xD8};
  private static final byte[] COMMENT = {(byte) 0xFF, (byte) 0xFE};

  /** A segment's length counts the two bytes that hold it. */
  private static final int LENGTH_BYTES = 2;

  /** The pair at a place of the row, from 0. */
  RawPair at(long index) {
    RawPair pair = picture(index / captions);
    long number = index % captions;
    return number == 0
        ? pair
        : with(pair, pair.getImage(), pair.getCaption() + " [" + number + "]");
  }

  private RawPair picture(long index) {
    RawPair pair = pairs.get((int) (index % pairs.size()));
    long pass = index / pairs.size();
    if (pass == 0) {
      return pair;
    }
    return isJpeg(pair.getImage())
        ? with(pair, commented(pair.getImage(), "number " + index), pair.getCaption())
        : with(pair, pair.getImage(), pair.getCaption() + " (" + pass + ")");
  }

  private static boolean isJpeg(ByteBuffer image) {
    return image.remaining() > START_OF_IMAGE.length
        && image
            .slice(image.position(), START_OF_IMAGE.length)
            .equals(ByteBuffer.wrap(START_OF_IMAGE));
  }

  private static ByteBuffer commented(ByteBuffer image, String words) {
    byte[] text = words.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer rest = image.duplicate();
    rest.position(rest.position() + START_OF_IMAGE.length);
    ByteBuffer commented =
        ByteBuffer.allocate(image.remaining() + COMMENT.length + LENGTH_BYTES + text.length);
    commented.put(START_OF_IMAGE).put(COMMENT).putShort((short) (LENGTH_BYTES + text.length));
    return commented.put(text).put(rest).flip();
  }

  private static RawPair with(RawPair pair, ByteBuffer image, String caption) {
    return new RawPair(
        image,
        caption,
        pair.getLanguage(),
        pair.getSourceKind(),
        pair.getContributor(),
        pair.getProducer(),
        pair.getUrl(),
        pair.getLicence(),
        pair.getMediaType(),
        pair.getAnnotations(),
        pair.getReceivedAt());
  }
}
