package io.pairstream.feed.export;

import io.pairstream.feed.DrawnImage;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
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

  /** With pixels that are drawn. */
  static PreparedPair drawn(int number) {
    DrawnImage image = new DrawnImage(4, 5, number);
    return pair(number, image.pixels(), "raw", image.widthPx(), image.heightPx());
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
      return pair(number, file.readAllBytes(), isLast ? "png" : "jpeg", 8, 8);
    }
  }

  private static PreparedPair pair(
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
        .setOrigin(new Origin("pairs.crowdsourced", 1, 5_000_000_000L + number))
        .build();
  }
}
