package io.pairstream.drawing;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.drawing.DrawnPair.Content;
import io.pairstream.drawing.DrawnPair.Frame;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;

/**
 * An endless stream of drawn pairs.
 *
 * <p>A pair is a function of seed and index: the same on every run with the same Java runtime, and
 * in any order. (Encoders belong to the runtime, so another one may give other bytes for the same
 * scene.) Bad pairs are spread evenly, all their kinds in turn. Every pair differs from every
 * other, except that a {@link DrawnKind#DUPLICATE} repeats an earlier good one and empty files are
 * all the same file. Thread-safe.
 */
public final class DrawnPairs {

  public static final double DEFAULT_BAD_SHARE = 0.15;

  /** Shorter sides of ordinary pictures, in pixels. */
  private static final int MIN_SIDE_PX = 224;

  private static final int MAX_SIDE_PX = 400;

  /** Longer side of the largest pictures, in pixels. */
  private static final int LARGEST_SIDE_PX = 1600;

  private static final double MAX_ASPECT = 2.0;
  private static final double LARGE_SHARE = 0.03;
  private static final double CHINESE_SHARE = 0.4;

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private final long seed;
  private final double badShare;
  private final boolean single;
  private final Optional<String> onlyLanguage;

  /** Of these, {@link #DEFAULT_BAD_SHARE} are bad. */
  public DrawnPairs(long seed) {
    this(seed, DEFAULT_BAD_SHARE);
  }

  /**
   * @param badShare share of pairs that must be rejected; at least 0 and at most 0.9
   */
  public DrawnPairs(long seed, double badShare) {
    this(seed, badShare, false, Optional.empty());
  }

  /**
   * Good pairs alone.
   *
   * @param single whether each picture shows one thing alone
   * @param language of all captions, {@code en} or {@code zh}; empty for both
   */
  public static DrawnPairs good(long seed, boolean single, Optional<String> language) {
    return new DrawnPairs(seed, 0, single, language);
  }

  private DrawnPairs(long seed, double badShare, boolean single, Optional<String> onlyLanguage) {
    if (!(badShare >= 0 && badShare <= 0.9)) {
      throw new IllegalArgumentException(
          "the share of bad pairs must be from 0 to 0.9, was " + badShare);
    }
    this.seed = seed;
    this.badShare = badShare;
    this.single = single;
    this.onlyLanguage = onlyLanguage;
  }

  /** The kind of a pair, without drawing it. */
  public DrawnKind kindAt(long index) {
    long badBefore = badBefore(index);
    if (badBefore(index + 1) == badBefore) {
      return DrawnKind.GOOD;
    }
    return DrawnKind.bad().get((int) (badBefore % DrawnKind.bad().size()));
  }

  /** How many of the first pairs must be rejected, by reason; the others must be kept. */
  public Map<RejectReason, Long> rejectionsAmong(long pairs) {
    Map<RejectReason, Long> counts = new EnumMap<>(RejectReason.class);
    for (long index = 0; index < pairs; index++) {
      kindAt(index).rejection().ifPresent(reason -> counts.merge(reason, 1L, Long::sum));
    }
    return counts;
  }

  /**
   * Draws a pair.
   *
   * @param index its place in the stream, at least 0
   */
  public DrawnPair at(long index) {
    DrawnKind kind = kindAt(index);
    if (kind == DrawnKind.DUPLICATE) {
      DrawnPair original = at(earlierGood(index));
      return new DrawnPair(index, kind, original.language(), original.content());
    }
    Plan plan = plan(index, kind);
    ByteBuffer image = ByteBuffer.wrap(image(plan));
    return new DrawnPair(index, kind, plan.language(), content(plan, image));
  }

  /** What a pair shows, before anything is drawn. */
  Plan plan(long index, DrawnKind kind) {
    SplittableRandom random = new SplittableRandom(mixed(seed, index));
    String drawnLanguage = random.nextDouble() < CHINESE_SHARE ? "zh" : "en";
    String language = onlyLanguage.orElse(drawnLanguage);
    Format format = kind == DrawnKind.GOOD ? Format.any(random) : Format.JPEG;
    int width = random.nextInt(MIN_SIDE_PX, MAX_SIDE_PX + 1);
    int height = (int) Math.min(width * MAX_ASPECT, width * (1 + random.nextDouble() * 0.7));
    if (kind == DrawnKind.TOO_SMALL) {
      width = random.nextInt(48, 199);
      height = (int) (width * (1 + random.nextDouble()));
    } else if (kind == DrawnKind.TOO_ELONGATED) {
      width = random.nextInt(201, 260);
      height = (int) (width * (3.1 + random.nextDouble()));
    } else if (format == Format.LARGE_JPEG) {
      height = random.nextInt(800, LARGEST_SIDE_PX + 1);
      width = (int) Math.ceil(height / (1 + random.nextDouble() * (MAX_ASPECT - 1)));
    }
    boolean lying = random.nextInt(3) != 0;
    Scene.Composer composer =
        new Scene.Composer(
            random,
            lying ? height : width,
            lying ? width : height,
            format == Format.GREY_JPEG,
            format == Format.ALPHA_PNG);
    Scene scene = single ? composer.single() : composer.any();
    return new Plan(index, kind, language, format, scene, random);
  }

  /**
   * A pair that is decided on but not drawn.
   *
   * @param random what the drawing goes on with
   */
  record Plan(
      long index,
      DrawnKind kind,
      String language,
      Format format,
      Scene scene,
      SplittableRandom random) {

    String caption() {
      String caption = language.equals("zh") ? scene.chinese() : scene.english();
      Figure first = scene.things().get(0).figure();
      return switch (kind) {
        case CAPTION_TOO_SHORT ->
            language.equals("zh")
                ? first.chinese
                : Scene.article(first.singular) + " " + first.singular;
        case CAPTION_TOO_LONG -> (caption + " ").repeat(2000 / caption.length() + 1).strip();
        default -> caption;
      };
    }
  }

  /** How a good picture is written; each as often as the numbers say. */
  enum Format {
    JPEG(4, "image/jpeg"),
    PROGRESSIVE_JPEG(2, "image/jpeg"),
    GREY_JPEG(1, "image/jpeg"),
    RGB_PNG(2, "image/png"),
    ALPHA_PNG(1, "image/png"),
    WEBP(1, "image/webp"),
    LARGE_JPEG(0, "image/jpeg");

    private static final List<Format> WEIGHED =
        Stream.of(values()).flatMap(one -> Collections.nCopies(one.weight, one).stream()).toList();

    private final int weight;
    private final String mediaType;

    Format(int weight, String mediaType) {
      this.weight = weight;
      this.mediaType = mediaType;
    }

    private static Format any(SplittableRandom random) {
      return random.nextDouble() < LARGE_SHARE
          ? LARGE_JPEG
          : WEIGHED.get(random.nextInt(WEIGHED.size()));
    }
  }

  private static byte[] image(Plan plan) {
    SplittableRandom random = plan.random();
    return switch (plan.kind()) {
      case GOOD -> goodImage(plan);
      case CUT_OFF -> {
        byte[] whole = jpeg(plan);
        yield Arrays.copyOf(whole, whole.length / 2);
      }
      case BITMAP -> ImageFile.bitmap(plan.scene().paint(random));
      case GIF_BOMB -> ImageFile.gifBomb(random);
      case WEB_PAGE ->
          "<!DOCTYPE html>\n<title>404 Not Found</title>\n<p>Picture %d is gone.</p>\n"
              .formatted(plan.index())
              .getBytes(StandardCharsets.UTF_8);
      case EMPTY_FILE -> new byte[0];
      case GARBAGE -> garbage(random);
      default -> jpeg(plan);
    };
  }

  private static byte[] goodImage(Plan plan) {
    Scene scene = plan.scene();
    SplittableRandom random = plan.random();
    return switch (plan.format()) {
      case JPEG, LARGE_JPEG -> jpeg(plan);
      case PROGRESSIVE_JPEG -> ImageFile.jpeg(scene.paint(random), quality(plan), true);
      case GREY_JPEG -> ImageFile.jpeg(scene.paintGrey(random), quality(plan), false);
      case RGB_PNG -> ImageFile.png(scene.paint(random));
      case ALPHA_PNG -> ImageFile.png(scene.paintOnNothing());
      case WEBP ->
          ImageFile.hasWebp() ? ImageFile.webp(scene.paint(random), quality(plan)) : jpeg(plan);
    };
  }

  private static byte[] jpeg(Plan plan) {
    return ImageFile.jpeg(plan.scene().paint(plan.random()), quality(plan), false);
  }

  private static float quality(Plan plan) {
    return 0.7f + 0.25f * (float) plan.random().nextDouble();
  }

  /** Random bytes that are not in Confluent's wire format. */
  private static byte[] garbage(SplittableRandom random) {
    byte[] bytes = new byte[200 + random.nextInt(1800)];
    random.nextBytes(bytes);
    bytes[0] = (byte) 0xA7;
    return bytes;
  }

  private static Content content(Plan plan, ByteBuffer image) {
    String digest = PairIdentity.imageDigest(image);
    return switch (plan.kind()) {
      case GARBAGE -> new Content.Forged(digest, Frame.NONE, image);
      case UNKNOWN_SCHEMA ->
          new Content.Forged(
              digest, Frame.UNKNOWN_SCHEMA, body(image, new Utf8(plan.caption()), plan));
      case BROKEN_UTF8 ->
          new Content.Forged(digest, Frame.OWN_SCHEMA, body(image, latin1(plan), plan));
      default -> new Content.Submitted(pair(plan, image));
    };
  }

  private static NewPair pair(Plan plan, ByteBuffer image) {
    return new NewPair(
        image,
        plan.caption(),
        plan.language(),
        SourceKind.SYNTHETIC,
        "drawn",
        "",
        "CC0-1.0",
        plan.format().mediaType,
        Map.of("drawn_index", String.valueOf(plan.index()), "drawn_kind", plan.kind().name()));
  }

  /** The caption with a letter that is not UTF-8 behind it. */
  private static Utf8 latin1(Plan plan) {
    byte[] bytes = (plan.caption() + " caf?").getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 1] = (byte) 0xE9;
    return new Utf8(bytes);
  }

  /** A raw pair in Avro, whose caption may be any bytes. */
  private static ByteBuffer body(ByteBuffer image, Utf8 caption, Plan plan) {
    GenericRecord pair =
        new GenericRecordBuilder(RawPair.SCHEMA$)
            .set("image", image.duplicate())
            .set("caption", caption)
            .set("language", plan.language())
            .set("source_kind", SourceKind.SYNTHETIC.name())
            .set("contributor", "drawn")
            .set("licence", "CC0-1.0")
            .set("media_type", plan.format().mediaType)
            .build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.remaining() + 512);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(RawPair.SCHEMA$).write(pair, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  private long earlierGood(long index) {
    SplittableRandom random = new SplittableRandom(mixed(seed, index));
    long candidate = random.nextLong(index);
    while (kindAt(candidate) != DrawnKind.GOOD) {
      candidate--;
    }
    return candidate;
  }

  /** How many bad pairs there are before an index. The first pair is never one. */
  private long badBefore(long index) {
    return (long) Math.floor(index * badShare);
  }

  /** A seed for one index, far from its neighbours'. */
  private static long mixed(long seed, long index) {
    return new SplittableRandom(seed ^ (index * 0x9E3779B97F4A7C15L)).nextLong();
  }
}
