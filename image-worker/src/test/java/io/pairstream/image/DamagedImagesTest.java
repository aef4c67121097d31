package io.pairstream.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.image.sandbox.WorkerSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes of damaged files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedImagesTest {

  private static final ImagePlan TARGET = Pictures.raw(64);

  @AutoClose private final ImageWorkerPool pool = new ImageWorkerPool(settings());

  /** How the worker runs; another class has the same files decoded by OpenCV alone. */
  WorkerSettings settings() {
    return Pictures.settings(1);
  }

  @ParameterizedTest(name = "{0} cut at {2} %, end marker: {3}")
  @MethodSource("cuts")
  void rejectsWhatIsCutOff(String name, byte[] file, int percent, boolean withEnd) {
    byte[] cut = Arrays.copyOf(file, file.length * percent / 100);
    byte[] sent = withEnd ? Pictures.withTrailer(cut, "\u00ff\u00d9") : cut;

    assertThat(Pictures.reason(Pictures.prepare(pool, sent, TARGET)))
        .isIn(RejectReason.IMAGE_DAMAGED, RejectReason.IMAGE_HEADER_DAMAGED);
  }

  /** Every format cut in the middle, and JPEG anywhere. */
  boolean isCut(String name, int percent) {
    return percent == 50 || name.endsWith("JPEG");
  }

  Stream<Arguments> cuts() {
    BufferedImage drawn = Pictures.drawRgb(300, 200);
    return Stream.of(
            Arguments.of("baseline JPEG", Pictures.jpeg(drawn, false)),
            Arguments.of("progressive JPEG", Pictures.jpeg(drawn, true)),
            Arguments.of("PNG", Pictures.png(drawn, false)),
            Arguments.of("lossy WebP", Pictures.webp(drawn, 90)),
            Arguments.of("lossless WebP", Pictures.webp(drawn, 101)),
            Arguments.of("GIF", Pictures.gif(drawn)))
        .flatMap(
            file ->
                Stream.of(10, 30, 50, 80)
                    .filter(percent -> isCut(file.get()[0].toString(), percent))
                    .flatMap(
                        percent ->
                            Stream.of(true, false)
                                .map(
                                    end ->
                                        Arguments.of(file.get()[0], file.get()[1], percent, end))));
  }

  @Test
  void quotesTheDecoderOnHalfAJpegThatClaimsToBeWhole() {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(300, 200), false);
    byte[] half = Pictures.withTrailer(Arrays.copyOf(file, file.length / 2), "\u00ff\u00d9");

    assertThat(Pictures.rejection(Pictures.prepare(pool, half, TARGET)).detail())
        .contains("premature end of data segment");
  }

  @Test
  void keepsAJpegThatIsPaddedBeforeItsEnd() {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(300, 200), false);
    byte[] padded =
        Pictures.withTrailer(Arrays.copyOf(file, file.length - 2), "\0\0\0\0\0\u00ff\u00d9");

    assertThat(Pictures.prepare(pool, padded, TARGET))
        .usingRecursiveComparison()
        .isEqualTo(Pictures.prepare(pool, file, TARGET));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blemished")
  void keepsAWholePictureThatLacksNoPixel(String name, byte[] whole, byte[] blemished) {
    assertThat(Pictures.prepare(pool, blemished, TARGET))
        .usingRecursiveComparison()
        .isEqualTo(Pictures.prepare(pool, whole, TARGET));
  }

  static Stream<Arguments> blemished() throws IOException {
    BufferedImage drawn = Pictures.drawRgb(300, 200);
    byte[] baseline = Pictures.jpeg(drawn, false);
    byte[] progressive = Pictures.jpeg(drawn, true);
    byte[] png = Pictures.png(drawn, false);
    byte[] gif = Pictures.gif(drawn);
    byte[] ycck = FormatsTest.file("jpeg-ycck.jpg");
    byte[] seven = ycck.clone();
    seven[indexOf(ycck, "Adobe") + 11] = 7;
    return Stream.of(
            Stream.of(
                Arguments.of("Adobe transform 7 of four", ycck, seven),
                Arguments.of("PNG without IEND", png, shorter(png, 12)),
                Arguments.of(
                    "GIF with padding", gif, Pictures.withTrailer(shorter(gif, 1), "\0\0;")),
                Arguments.of("GIF without trailer", gif, shorter(gif, 1))),
            ofJpeg("baseline", baseline),
            ofJpeg("progressive", progressive),
            Blemishes.ofJpeg(baseline),
            Blemishes.ofPng(drawn),
            Blemishes.ofWebp(drawn))
        .flatMap(each -> each);
  }

  /** libjpeg says only the first thing that it dislikes. */
  @ParameterizedTest(name = "{0}, half of it: {1}")
  @MethodSource("blemishedJpegs")
  void findsDamageInWhatHasAHarmlessFlawAsWell(String name, boolean half, byte[] blemished) {
    byte[] damaged = half ? Arrays.copyOf(blemished, blemished.length / 2) : blemished.clone();
    Arrays.fill(damaged, damaged.length * 3 / 4, damaged.length * 3 / 4 + 40, (byte) 0x55);

    assertThat(
            Pictures.reason(
                Pictures.prepare(pool, Pictures.withTrailer(damaged, "\u00ff\u00d9"), TARGET)))
        .isEqualTo(RejectReason.IMAGE_DAMAGED);
  }

  static Stream<Arguments> blemishedJpegs() {
    return Blemishes.ofJpeg(Pictures.jpeg(Pictures.drawRgb(300, 200), false))
        .flatMap(
            file ->
                Stream.of(true, false)
                    .map(half -> Arguments.of(file.get()[0], half, file.get()[2])));
  }

  private static Stream<Arguments> ofJpeg(String name, byte[] file) {
    int second = 4 + (((file[4] & 0xFF) << 8) | (file[5] & 0xFF));
    byte[] zeros = Arrays.copyOf(file, file.length + 2);
    zeros[second] = 0;
    zeros[second + 1] = 0;
    System.arraycopy(file, second, zeros, second + 2, file.length - second);
    return Stream.of(
        Arguments.of(name + " with zeros between segments", file, zeros),
        Arguments.of(name + " without end marker", file, shorter(file, 2)),
        Arguments.of(name + " with half an end marker", file, shorter(file, 1)));
  }

  private static byte[] shorter(byte[] file, int by) {
    return Arrays.copyOf(file, file.length - by);
  }

  @Test
  void rejectsAPngThatIsCutBetweenItsChunksOfPixels() {
    byte[] file = Pictures.png(Pictures.noise(300, 300), false);
    int first = indexOf(file, "IDAT");
    int length = ByteBuffer.wrap(file, first - 4, 4).getInt();
    byte[] cut = Arrays.copyOf(file, first + 4 + length + 4);

    assertThat(cut.length).isLessThan(file.length - 1_000);
    assertThat(Pictures.reason(Pictures.prepare(pool, cut, TARGET)))
        .isEqualTo(RejectReason.IMAGE_DAMAGED);
  }

  private static int indexOf(byte[] file, String name) {
    return new String(file, ISO_8859_1).indexOf(name);
  }

  @Test
  void rejectsAJpegWithLostDataBeforeItsEnd() {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(300, 200), false);
    byte[] longer =
        Pictures.withTrailer(
            Arrays.copyOf(file, file.length - 2),
            "\u00a1\u00b2\u00c3\u00d4".repeat(20) + "\u00ff\u00d9");

    assertThat(Pictures.rejection(Pictures.prepare(pool, longer, TARGET)).detail())
        .contains("extraneous bytes");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectsABitFlippedJpegWheneverASecondDecoderComplains(boolean progressive) {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(300, 200), progressive);
    Random random = new Random(11);
    int complaints = 0;
    for (int round = 0; round < 150; round++) {
      byte[] flipped = file.clone();
      flipped[20 + random.nextInt(file.length - 22)] ^= (byte) (1 << random.nextInt(8));

      Outcome<PreparedImage> outcome = Pictures.prepare(pool, flipped, TARGET);

      if (secondDecoderComplains(flipped)) {
        complaints++;
        assertThat(outcome.keptOnly()).as("round " + round).isEmpty();
      }
    }
    assertThat(complaints).isGreaterThan(30);
  }

  /** At 64 px a quarter of the resolution is enough, at 256 px all is decoded. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rejectsWithPartOfTheResolutionWhatItRejectsWithAll(boolean progressive) {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(720, 704), progressive);
    ImagePlan whole = Pictures.raw(256);
    Random random = new Random(5);
    List<Boolean> kept = new ArrayList<>();
    for (int round = 0; round < 60; round++) {
      byte[] damaged = file.clone();
      int at = 20 + random.nextInt(file.length - 22);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      byte[] cut =
          round % 3 == 0
              ? Pictures.withTrailer(Arrays.copyOf(damaged, Math.max(at, 9_000)), "\u00ff\u00d9")
              : damaged;

      Outcome<PreparedImage> outcome = Pictures.prepare(pool, cut, TARGET);

      assertThat(outcome.rejectedOnly())
          .as("round " + round)
          .isEqualTo(Pictures.prepare(pool, cut, whole).rejectedOnly());
      kept.add(outcome.rejectedOnly().isEmpty());
    }
    assertThat(kept).contains(true, false);
  }

  private static boolean secondDecoderComplains(byte[] file) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    AtomicBoolean warned = new AtomicBoolean();
    reader.addIIOReadWarningListener((source, warning) -> warned.set(true));
    try (MemoryCacheImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in);
      reader.readRaster(0, null);
      return warned.get();
    } catch (IOException e) {
      return true;
    } catch (RuntimeException e) {
      return false; // a limit of its own, such as on marker lengths
    } finally {
      reader.dispose();
    }
  }

  @Test
  void rejectsAGifWhosePixelsEndEarly() {
    // Black and white, 2x2; its codes are: clear, 0, 1, end.
    byte[] two =
        HexFormat.of()
            .parseHex(
                "474946383961020002008000000000" + "00ffffff2c0000000002000200000202440a003b");

    assertThat(Pictures.rejection(Pictures.prepare(pool, two, Pictures.raw(16))).detail())
        .isEqualTo("GIF: pixels are missing");
  }

  @Test
  void rejectsAnImageThatIsNotOfTheDeclaredSize() {
    ProbedImage image = Pictures.probe(Pictures.png(Pictures.drawRgb(30, 20), false));
    ProbedImage smaller =
        new ProbedImage(
            image.encoded(), image.type(), 29, 20, image.bitDepth(), image.colour(), false);

    assertThat(Pictures.rejection(pool.prepare(ImageToPrepare.whole(smaller), TARGET)).detail())
        .isEqualTo("the image decodes to 30x20 px and declares 29x20");
  }

  @Test
  void keepsAPngWhoseColourProfileIsBroken() {
    byte[] good = Pictures.png(Pictures.drawRgb(90, 70), false);
    byte[] file = ExifBlocks.withPngChunk(good, "iCCP", "name\0\0garbage".getBytes(UTF_8));

    assertThat(Pictures.kept(Pictures.prepare(pool, file, TARGET)))
        .isEqualTo(Pictures.kept(Pictures.prepare(pool, good, TARGET)));
  }

  @ParameterizedTest
  @MethodSource("hostileBlocks")
  void keepsAnImageWithAHostileExifBlockAsItIs(byte[] block) {
    byte[] plain = Pictures.jpeg(Pictures.drawRgb(90, 70), false);

    assertThat(Pictures.kept(Pictures.prepare(pool, ExifBlocks.segment(plain, block), TARGET)))
        .isEqualTo(Pictures.kept(Pictures.prepare(pool, plain, TARGET)));
  }

  static Stream<byte[]> hostileBlocks() {
    byte[] manyEntries = Arrays.copyOf(ExifBlocks.block(1, ByteOrder.BIG_ENDIAN), 60_000);
    manyEntries[8] = (byte) 0xFF;
    manyEntries[9] = (byte) 0xFF;
    byte[] farDirectory = ExifBlocks.block(6, ByteOrder.LITTLE_ENDIAN);
    farDirectory[7] = (byte) 0xFF;
    byte[] cyclic = ExifBlocks.block(0, ByteOrder.LITTLE_ENDIAN);
    cyclic[22] = 8; // the next directory is this one
    return Stream.of(
        manyEntries,
        farDirectory,
        cyclic,
        ExifBlocks.block(9, ByteOrder.BIG_ENDIAN),
        new byte[] {'M', 'M'},
        new byte[0]);
  }

  @Test
  void neverAnswersOneImageWithAnother() {
    byte[] first = Pictures.jpeg(Pictures.draw(90, 70, BufferedImage.TYPE_INT_RGB, 1), false);
    byte[] broken = Pictures.jpeg(Pictures.draw(90, 70, BufferedImage.TYPE_INT_RGB, 2), false);
    broken = Pictures.withTrailer(Arrays.copyOf(broken, 700), "\u00ff\u00d9");

    PreparedImage before = Pictures.kept(Pictures.prepare(pool, first, TARGET));
    Outcome<PreparedImage> damaged = Pictures.prepare(pool, broken, TARGET);
    PreparedImage after = Pictures.kept(Pictures.prepare(pool, first, TARGET));

    assertThat(damaged.keptOnly()).isEmpty();
    assertThat(after).isEqualTo(before);
  }

  @Tag("full")
  @ParameterizedTest
  @ValueSource(longs = {13, 14, 15})
  void answersForFurtherMutationsOfEveryFormat(long seed) {
    answersForMutations(seed);
  }

  @Test
  void answersForEveryMutationOfEveryFormat() {
    answersForMutations(12);
  }

  private void answersForMutations(long randomSeed) {
    BufferedImage drawn = Pictures.drawRgb(60, 40);
    List<byte[]> seeds =
        List.of(
            Pictures.jpeg(drawn, false),
            Pictures.jpeg(drawn, true),
            Pictures.png(drawn, false),
            Pictures.webp(drawn, 80),
            Pictures.webp(drawn, 101),
            Pictures.webp(Pictures.drawTranslucent(60, 40), 80),
            Pictures.gif(drawn));
    List<Long> before = pool.pids();
    Random random = new Random(randomSeed);
    for (int round = 0; round < 500; round++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      byte[] file = seed.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      // Past the gate, which would stop most of these: the decoder itself must take them all.
      ProbedImage image = Pictures.probe(seed);
      ProbedImage mutant =
          new ProbedImage(
              new EncodedImage(file),
              image.type(),
              image.widthPx(),
              image.heightPx(),
              8,
              image.colour(),
              false);

      Outcome<PreparedImage> outcome = pool.prepare(ImageToPrepare.whole(mutant), TARGET);

      outcome
          .rejectedOnly()
          .forEach(
              rejection -> {
                assertThat(rejection.reason()).isEqualTo(RejectReason.IMAGE_DAMAGED);
                assertThat(rejection.detail()).isNotBlank().hasSizeLessThan(500);
              });
    }
    if (!before.isEmpty()) {
      assertThat(pool.pids()).isEqualTo(before);
    }
  }
}
