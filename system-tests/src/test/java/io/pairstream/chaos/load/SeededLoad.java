package io.pairstream.chaos.load;

import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An endless load of small pairs, poison and copies among them.
 *
 * <p>What a record is, is a function of seed and number: the same on every run with the same Java
 * runtime, and in any order. Made for {@code chaos.yaml}. Thread-safe.
 */
public final class SeededLoad {

  /** One of so many records is poison, all kinds in turn. */
  static final int POISON_EVERY = 100;

  /** One of so many is a good pair that comes in an odd way. */
  static final int ODD_EVERY = 50;

  /** Separates the random numbers of the order of kinds from those of the records. */
  private static final long KINDS_SALT = 0x6B696E6473L;

  private static final Instant FIRST_RECEIVED = Instant.parse("2026-01-01T00:00:00Z");
  private static final double COPY_SHARE = 0.05;
  private static final double ANOTHER_CAPTION_SHARE = 0.02;
  private static final double SCRAPED_SHARE = 0.3;

  static {
    AvroSafety.install(); // before the first record is made, for later readers
    System.setProperty("java.awt.headless", "true");
  }

  private final long seed;
  private final PicturePool pool;

  public SeededLoad(long seed) {
    this.seed = seed;
    this.pool = new PicturePool(seed);
  }

  /** Kind of a record, by its number, without making it. */
  public SentKind kindAt(long number) {
    if (number % POISON_EVERY == POISON_EVERY - 1) {
      return SentKind.POISON.get((int) (number / POISON_EVERY % SentKind.POISON.size()));
    }
    if (number % ODD_EVERY == ODD_EVERY / 2) {
      return SentKind.ODD.get((int) (number / ODD_EVERY % SentKind.ODD.size()));
    }
    if (number < 10) {
      return SentKind.GOOD; // so that there is something to copy
    }
    double draw = random(seed ^ KINDS_SALT, number).nextDouble();
    if (draw < COPY_SHARE) {
      return SentKind.COPY;
    }
    return draw < COPY_SHARE + ANOTHER_CAPTION_SHARE ? SentKind.ANOTHER_CAPTION : SentKind.GOOD;
  }

  /**
   * Makes a record.
   *
   * @param number its place in the load, at least 0
   */
  public SentPair at(long number) {
    return at(number, kindAt(number));
  }

  /** Makes a record of another kind than the number's own, at least 1, such as for a fault. */
  public SentPair at(long number, SentKind kind) {
    if (kind == SentKind.COPY) {
      SentPair original = at(earlierGood(number));
      return SentPair.of(number, kind, original.topic(), original.pair());
    }
    SplittableRandom random = random(seed, number);
    String topic =
        random.nextDouble() < SCRAPED_SHARE ? TopicCatalogue.SCRAPED : TopicCatalogue.CROWDSOURCED;
    ByteBuffer image =
        kind == SentKind.ANOTHER_CAPTION
            ? at(earlierGood(number)).pair().getImage()
            : ByteBuffer.wrap(image(number, kind, random));
    boolean chinese = random.nextDouble() < 0.4;
    RawPair pair =
        RawPair.newBuilder()
            .setImage(image)
            .setCaption(caption(number, kind, chinese))
            .setLanguage(chinese ? "zh" : "en")
            .setMetadata(
                PairMetadata.newBuilder()
                    .setSourceKind(SourceKind.SYNTHETIC.name())
                    .setContributor("load " + seed)
                    .setLicence("CC0-1.0")
                    .setLabels(chinese ? List.of() : List.of("drawn", "number " + number % 7))
                    .setReceivedAt(FIRST_RECEIVED.plusMillis(number))
                    .build())
            .build();
    return SentPair.of(number, kind, topic, pair);
  }

  private byte[] image(long number, SentKind kind, SplittableRandom random) {
    String comment = "load " + seed + " number " + number;
    return switch (kind) {
      case EMPTY_IMAGE -> new byte[0];
      case CUT_JPEG -> cut(pool.file(random, comment));
      case GIF_BOMB -> gifBomb(number);
      case SMALL_IMAGE -> pool.small(comment);
      default -> pool.file(random, comment);
    };
  }

  private static String caption(long number, SentKind kind, boolean chinese) {
    String caption =
        (chinese
                ? "一张画着一只红色的小船和一个灯笼的图片,编号%d"
                : "A drawing of a red boat beside a lantern, number %d")
            .formatted(number);
    return switch (kind) {
      case EMPTY_CAPTION -> " ".repeat(1 + (int) (number % 7));
      case ANOTHER_CAPTION -> "Once more: " + caption;
      case BROKEN_UTF8 -> caption + " cafe";
      default -> caption;
    };
  }

  /** The file up to the middle of its pixels. */
  private static byte[] cut(byte[] jpeg) {
    int at = 2;
    while ((jpeg[at + 1] & 0xFF) != 0xDA) {
      at += 2 + (jpeg[at + 2] & 0xFF) * 256 + (jpeg[at + 3] & 0xFF);
    }
    return Arrays.copyOf(jpeg, at + (jpeg.length - at) / 2);
  }

  private static byte[] gifBomb(long number) {
    byte[] bomb =
        HexFormat.of()
            .parseHex(
                "47494638396130753075800000000000ffffff21f9040100000000"
                    + "2c000000003075307500"
                    + "02024401003b");
    // Two colours of its own make it another file.
    ByteBuffer.wrap(bomb).putInt(13, (int) number);
    return bomb;
  }

  private long earlierGood(long number) {
    long candidate = random(seed, number).nextLong(number);
    while (kindAt(candidate) != SentKind.GOOD) {
      candidate--;
    }
    return candidate;
  }

  private static SplittableRandom random(long seed, long number) {
    return new SplittableRandom(
        new SplittableRandom(seed ^ (number * 0x9E3779B97F4A7C15L)).nextLong());
  }
}
