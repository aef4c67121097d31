package io.pairstream.operations.catalogue;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The keys of the index of pairs. The first byte says what an entry is.
 *
 * <p>A row's name begins with its time, inverted, so that the newest come first wherever names are
 * in order: among the rows, and below each term.
 */
final class IndexKeys {

  /** What terms are taken from; part of the key. */
  enum Term {
    WORD('w'),
    REASON('r'),
    SOURCE('s'),
    CONTRIBUTOR('c'),
    STANDING('d'),
    DIGEST('m'),
    PAIR('p'),
    HOST('h');

    private final byte code;

    Term(char code) {
      this.code = (byte) code;
    }
  }

  /** Bytes of a row's name. */
  static final int NAME_BYTES = 8 + 1 + 4 + 8;

  static final byte[] ROWS = {'r'};
  static final byte[] STATES = {'p'};
  static final byte[] CELLS = {'c'};
  static final byte[] RECENT = {'h'};
  static final byte[] TAKEN_DOWN = {'t'};
  private static final byte[] QUARANTINE = {'q'};

  private static final int BEGINNING_CODE_POINTS = 15;

  /** Longer terms stand for themselves by their beginning and their digest. */
  private static final int LONGEST_TERM = 100;

  private IndexKeys() {}

  /**
   * The name of the row that a record makes. Newer ones come first: by the time, and of records of
   * the same millisecond on one partition by the offset.
   *
   * @param output which topic it is on, from 0; its place in a fixed order of the topics
   */
  static byte[] name(Place place, int output) {
    return ByteBuffer.allocate(NAME_BYTES)
        .putLong(Long.MAX_VALUE - Math.max(0, place.at().toEpochMilli()))
        .put((byte) output)
        .putInt(place.partition())
        .putLong(Long.MAX_VALUE - place.offset())
        .array();
  }

  /** The output in a row's name. */
  static int output(byte[] name) {
    return name[Long.BYTES];
  }

  /** When the record of a row of that name was written. */
  static Instant at(byte[] name) {
    return Instant.ofEpochMilli(Long.MAX_VALUE - ByteBuffer.wrap(name).getLong());
  }

  static byte[] row(byte[] name) {
    return join(ROWS, name);
  }

  /** What is known under a record's key: a pair id, or coordinates. */
  static byte[] state(String key) {
    return join(STATES, bytes(key));
  }

  /** What stands before the offsets of the records of quarantine that have rows. */
  static byte[] quarantine(int partition) {
    return join(QUARANTINE, ByteBuffer.allocate(Integer.BYTES).putInt(partition).array());
  }

  /** The row of a record of quarantine, by where it lies; in the order of the offsets. */
  static byte[] quarantine(int partition, long offset) {
    return join(quarantine(partition), ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
  }

  /** The end of such a key. */
  static long offsetOf(byte[] key) {
    return ByteBuffer.wrap(key).getLong(key.length - Long.BYTES);
  }

  /** The row that a raw record became. */
  static byte[] origin(Origin origin) {
    return origin(OriginHeader.text(origin));
  }

  static byte[] origin(String coordinates) {
    return join(new byte[] {'o'}, bytes(coordinates));
  }

  /** What stands before the names of the rows that have a term. */
  static byte[] term(Term of, String term) {
    return join(kind(of), fixed(term), new byte[] {0});
  }

  static byte[] term(Term of, String term, byte[] name) {
    return join(kind(of), fixed(term), new byte[] {0}, name);
  }

  /** What stands before the names of the rows whose term begins so. */
  static byte[] beginning(Term of, String beginning) {
    return join(kind(of), bytes(beginning));
  }

  /** The first key behind all rows that have a term. */
  static byte[] behind(Term of, String term) {
    return join(kind(of), fixed(term), new byte[] {1});
  }

  /** The next name there may be. */
  static byte[] after(byte[] name) {
    byte[] next = name.clone();
    for (int i = next.length - 1; i >= 0 && ++next[i] == 0; i--) {
      // Carries over into the byte before.
    }
    return next;
  }

  /** The last name there may be before. */
  static byte[] before(byte[] name) {
    byte[] last = name.clone();
    for (int i = last.length - 1; i >= 0 && last[i]-- == 0; i--) {
      // Borrows from the byte before.
    }
    return last;
  }

  /** What stands before all terms of a kind. */
  static byte[] kind(Term of) {
    return new byte[] {'i', of.code};
  }

  /** The end of an index key. */
  static byte[] nameOf(byte[] key) {
    return Arrays.copyOfRange(key, key.length - NAME_BYTES, key.length);
  }

  /** The term of an index key, which is the beginning of a long one. */
  static String termOf(byte[] key) {
    return new String(key, 2, key.length - 2 - 1 - NAME_BYTES, StandardCharsets.UTF_8);
  }

  /** What stands before the reviews of a pair, or of a record by its coordinates. */
  static byte[] reviews(String key) {
    return join(new byte[] {'v'}, bytes(key), new byte[1]);
  }

  static byte[] review(String key, String reviewId) {
    return join(reviews(key), fixed(reviewId));
  }

  static byte[] cell(String standing, String reason, String source) {
    return join(CELLS, fixed(standing), new byte[1], fixed(reason), new byte[1], fixed(source));
  }

  /** The same in a stretch of time. */
  static byte[] recent(long stretch, String reason, String source) {
    return join(
        RECENT,
        ByteBuffer.allocate(Long.BYTES).putLong(stretch).array(),
        fixed(reason),
        new byte[1],
        fixed(source));
  }

  static byte[] takenDown(String kind, String subject) {
    return join(TAKEN_DOWN, fixed(kind), new byte[1], fixed(subject));
  }

  /** The parts of a key of which {@code from} bytes stand before texts with zeros between. */
  static String[] texts(byte[] key, int from) {
    return new String(key, from, key.length - from, StandardCharsets.UTF_8).split("\u0000", -1);
  }

  /** Key of the takedown that the takedown of a pair is or was part of. */
  static byte[] partOf(String pairId) {
    return join(new byte[] {'b'}, bytes(pairId));
  }

  /** What stands before the events about a takedown, oldest first. */
  static byte[] events(String subject) {
    return join(new byte[] {'a'}, fixed(subject), new byte[1]);
  }

  static byte[] event(String subject, Place place) {
    return join(
        events(subject),
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + Long.BYTES)
            .putLong(Math.max(0, place.at().toEpochMilli()))
            .putInt(place.partition())
            .putLong(place.offset())
            .array());
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A term of bounded length without zeros, which end it. */
  private static byte[] fixed(String term) {
    byte[] whole = bytes(term.indexOf(0) < 0 ? term : term.replace('\u0000', '\uFFFD'));
    if (whole.length <= LONGEST_TERM) {
      return whole;
    }
    byte[] digest = Sha256.of(whole);
    int beginning = term.offsetByCodePoints(0, BEGINNING_CODE_POINTS);
    return join(
        bytes(term.substring(0, beginning).replace('\u0000', '\uFFFD')),
        bytes("…" + HexFormat.of().formatHex(digest, 0, 16)));
  }
}
