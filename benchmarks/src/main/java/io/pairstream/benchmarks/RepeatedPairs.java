package io.pairstream.benchmarks;

import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.files.SourceOptions;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** The pairs of a folder or list, as import reads them. */
  static RepeatedPairs read(Path path, int captions) {
    List<RawPair> pairs = new ArrayList<>();
    try (PairSource source = PairSource.open(path, SourceOptions.of(SourceKind.IMPORTED))) {
      while (source.hasNext()) {
        if (source.next() instanceof SourceItem.Pair pair) {
          pairs.add(pair.pair());
        }
      }
    }
    return new RepeatedPairs(pairs, captions);
  }

  /** Mean size of the pictures as they are, in kB of 1,000 bytes. */
  double meanImageKilobytes() {
    long bytes = pairs.stream().mapToLong(pair -> pair.getImage().remaining()).sum();
    return Math.round(bytes / 1e2 / pairs.size()) / 10.0;
  }

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
        pair.getMetadata(),
        pair.getMediaType(),
        pair.getAnnotations(),
        pair.getPrepared());
  }
}
