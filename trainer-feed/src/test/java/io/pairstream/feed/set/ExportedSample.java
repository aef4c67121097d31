package io.pairstream.feed.set;

import io.pairstream.feed.DrawnImage;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Rendition;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.wire.AvroSafety;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Small pairs with something in every kind of field. */
final class ExportedSample {

  /** Pairs whose images are stored as files beside the tests. */
  static final int STORED = 6;

  static {
    AvroSafety.install();
  }

  private ExportedSample() {}

  static String id(long number) {
    return "%032x".formatted(number);
  }

  static String digest(long number) {
    return "%064x".formatted(0xabcdefL + number);
  }

  static String contributor(long number) {
    return "contributor-of-" + number;
  }

  /** With pixels that are drawn. */
  static PreparedPair drawn(int number) {
    DrawnImage image = new DrawnImage(4, 5, number);
    return pair(number, image.pixels(), "raw", image.widthPx(), image.heightPx()).build();
  }

  /**
   * With an image that is stored, so that no encoder has a part in what is exported.
   *
   * @param number below {@link #STORED}; the last one's image is a PNG, the others' JPEG
   */
  static PreparedPair stored(int number) throws IOException {
    boolean isLast = number == STORED - 1;
    String name = "sample-" + number + (isLast ? ".png" : ".jpg");
    try (InputStream file = ExportedSample.class.getResourceAsStream(name)) {
      byte[] image = file.readAllBytes();
      Rendition again =
          Rendition.newBuilder()
              .setName("again")
              .setImage(ByteBuffer.wrap(image))
              .setImageEncoding(isLast ? "png" : "jpeg")
              .setWidth(8)
              .setHeight(8)
              .build();
      return pair(number, image, isLast ? "png" : "jpeg", 8, 8)
          .setRenditions(List.of(again))
          .build();
    }
  }

  private static PreparedPair.Builder pair(
      int number, byte[] image, String encoding, int widthPx, int heightPx) {
    boolean isSparse = number % 3 == 0;
    return PreparedPair.newBuilder()
        .setPairId(id(number))
        .setImage(ByteBuffer.wrap(image))
        .setImageEncoding(encoding)
        .setWidth(widthPx)
        .setHeight(heightPx)
        .setCaption(number % 2 == 0 ? "cat number " + number : "第" + number + "只猫")
        .setLanguage(number % 2 == 0 ? "en" : "zh")
        .setMetadata(
            PairMetadata.newBuilder()
                .setLicence("CC0-1.0")
                .setContributor(contributor(number))
                .setUrl("https://example.org/" + number)
                .setLabels(isSparse ? List.of() : List.of("cat", "数" + number))
                .setSourceKind("SYNTHETIC")
                .setReceivedAt(Instant.ofEpochMilli(1_700_000_000_123L + number))
                .build())
        .setTokenIds(isSparse ? List.of() : List.of(number, 70_000, 0, 0))
        .setTokenCount(isSparse ? 0 : 2)
        .setMeasures(isSparse ? Map.of() : Map.of("sharpness", number / 3.0, "blur", 0.1))
        .setTexts(isSparse ? Map.of() : Map.of("lower", "cat"))
        .setSplit("TRAINING")
        .setFold(number)
        .setImageDigest(digest(number))
        .setTokenSets(List.of(TokenSet.newBuilder().setName("clip").setTokenCount(number).build()))
        .setOrigin(new Origin("pairs.crowdsourced", 1, 5_000_000_000L + number));
  }
}
