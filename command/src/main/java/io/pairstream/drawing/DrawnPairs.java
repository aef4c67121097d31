package io.pairstream.drawing;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.RawPixels;
import io.pairstream.schemas.SourceKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An endless stream of drawn pairs.
 *
 * <p>A pair is a function of seed and index: the same on every run with the same Java runtime, and
 * in any order. Bad pairs are spread evenly, all their kinds in turn. Every pair differs from every
 * other, except that a {@link Kind#DUPLICATE} repeats an earlier good one. Thread-safe.
 *
 * @param badShare share of pairs that must be rejected; at least 0 and at most 0.9
 * @param plain whether each is of one thing, with an English caption
 */
public record DrawnPairs(long seed, double badShare, boolean plain) {

  private static final double USUAL_BAD_SHARE = 0.15;
  private static final double CHINESE_SHARE = 0.4;
  private static final double PNG_SHARE = 0.25;

  static {
    System.setProperty("java.awt.headless", "true");
  }

  /** Pairs of which 15 in 100 are bad. */
  public DrawnPairs(long seed) {
    this(seed, USUAL_BAD_SHARE);
  }

  /** Pairs of one thing or two, with English or Chinese captions. */
  public DrawnPairs(long seed, double badShare) {
    this(seed, badShare, false);
  }

  /** Good pairs alone, each of one thing and an English caption. */
  public static DrawnPairs plain(long seed) {
    return new DrawnPairs(seed, 0, true);
  }

  /** The kind of a pair, without drawing it. The first is good. */
  public Kind kindAt(long index) {
    long badBefore = (long) Math.floor(index * badShare);
    boolean isGood = (long) Math.floor((index + 1) * badShare) == badBefore;
    Kind[] kinds = Kind.values();
    return isGood ? Kind.GOOD : kinds[1 + (int) (badBefore % (kinds.length - 1))];
  }

  /**
   * Draws a pair.
   *
   * @param index its place in the stream, at least 0
   */
  public Drawn at(long index) {
    Kind kind = kindAt(index);
    SplittableRandom random = randomAt(index);
    if (kind == Kind.DUPLICATE) {
      long original = random.nextLong(index);
      while (kindAt(original) != Kind.GOOD) {
        original--;
      }
      return new Drawn(index, kind, at(original).pair());
    }
    Scene scene = scene(kind, random);
    String language = !plain && random.nextDouble() < CHINESE_SHARE ? "zh" : "en";
    String format = kind == Kind.GOOD && random.nextDouble() < PNG_SHARE ? "png" : "jpeg";
    byte[] image = RawPixels.file(scene.paint(random), format);
    if (kind == Kind.CUT_OFF) {
      image = Arrays.copyOf(image, image.length / 2);
    } else if (kind == Kind.WEB_PAGE) {
      String page = "<!DOCTYPE html>\n<title>404</title>\n<p>Picture %d is gone.</p>\n";
      image = page.formatted(index).getBytes(StandardCharsets.UTF_8);
    }
    return new Drawn(
        index,
        kind,
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(image))
            .setCaption(caption(kind, language, scene))
            .setLanguage(language)
            .setMetadata(
                PairMetadata.newBuilder()
                    .setSourceKind(SourceKind.SYNTHETIC.name())
                    .setContributor("drawn")
                    .setLicence("CC0-1.0")
                    .build())
            .setMediaType("image/" + format)
            .setAnnotations(Map.of("drawn_index", String.valueOf(index), "drawn_kind", kind.name()))
            .build());
  }

  /** The scene of a pair, before anything is drawn. */
  Scene sceneAt(long index) {
    return scene(kindAt(index), randomAt(index));
  }

  private Scene scene(Kind kind, SplittableRandom random) {
    int width = random.nextInt(224, 400);
    int height = (int) (width * random.nextDouble(1, 1.7));
    if (kind == Kind.TOO_SMALL) {
      width = random.nextInt(48, 199);
    } else if (kind == Kind.TOO_ELONGATED) {
      height = (int) (width * random.nextDouble(3.1, 4));
    }
    boolean lying = random.nextInt(3) != 0;
    int across = lying ? height : width;
    int down = lying ? width : height;
    return plain || random.nextBoolean()
        ? Scene.ofOne(random, across, down)
        : Scene.ofTwo(random, across, down);
  }

  private static String caption(Kind kind, String language, Scene scene) {
    String caption = language.equals("zh") ? scene.chinese() : scene.english();
    return switch (kind) {
      case CAPTION_TOO_SHORT -> scene.things().get(0).figure().in(language);
      case CAPTION_TOO_LONG -> (caption + " ").repeat(2000 / caption.length() + 1).strip();
      default -> caption;
    };
  }

  /** A seed for one index is far from its neighbours'. */
  private SplittableRandom randomAt(long index) {
    return new SplittableRandom(
        new SplittableRandom(seed ^ (index * 0x9E3779B97F4A7C15L)).nextLong());
  }

  /**
   * One item of the drawn stream.
   *
   * @param index its place in the stream, from 0
   * @param kind what is right or wrong with it
   * @param pair what a producer sends
   */
  public record Drawn(long index, Kind kind, RawPair pair) {}

  /** The defect of a drawn pair, if any, and the output where it must end by the default recipe. */
  public enum Kind {
    /** A pair worth training on. */
    GOOD(null),

    /** An image whose shorter side has fewer than 200 px. */
    TOO_SMALL(RejectReason.IMAGE_TOO_SMALL),

    /** An image more than three times as long as it is wide. */
    TOO_ELONGATED(RejectReason.IMAGE_TOO_ELONGATED),

    /** The first half of a JPEG file. */
    CUT_OFF(RejectReason.IMAGE_DAMAGED),

    /** A page that a web server sends instead of a picture. */
    WEB_PAGE(RejectReason.IMAGE_TYPE_UNKNOWN),

    /** A caption of one word, or of fewer than four Chinese characters. */
    CAPTION_TOO_SHORT(RejectReason.CAPTION_TOO_SHORT),

    /** A caption of more than 2000 characters. */
    CAPTION_TOO_LONG(RejectReason.CAPTION_TOO_LONG),

    /** An earlier good pair once more, byte by byte. */
    DUPLICATE(RejectReason.DUPLICATE_PAIR);

    private final RejectReason reason;

    Kind(RejectReason reason) {
      this.reason = reason;
    }

    /** The reason for which such a pair is rejected, or empty where it is kept. */
    public Optional<RejectReason> rejection() {
      return Optional.ofNullable(reason);
    }
  }
}
