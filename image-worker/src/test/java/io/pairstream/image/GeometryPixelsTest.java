package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixels go where the layout says, whatever the mode and the orientation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GeometryPixelsTest {

  private static final int WIDTH = 131;
  private static final int HEIGHT = 97;

  private final BufferedImage drawn = Pictures.drawRgb(WIDTH, HEIGHT);
  private final byte[] file = Pictures.png(drawn, false);
  @AutoClose private final ImageWorkerPool pool = new ImageWorkerPool(Pictures.settings(1));

  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void cutsTheCropBoxOutOfTheUprightImage(int orientation) {
    byte[] turned = ExifBlocks.inPng(file, orientation);
    BufferedImage upright = upright(drawn, orientation);
    ImagePlan plan = raw("mode: keep-ratio-largest, side-px: 1024, when-smaller: keep");

    PreparedImage prepared = Pictures.kept(prepare(turned, new PixelBox(7, 11, 53, 31), plan));

    assertThat(prepared.measures())
        .containsEntry("crop_left_px", 7.0)
        .containsEntry("crop_top_px", 11.0)
        .containsEntry("crop_width_px", 53.0)
        .containsEntry("crop_height_px", 31.0);
    Picture picture = prepared.picture();
    assertThat(picture.widthPx()).isEqualTo(53);
    assertThat(picture.heightPx()).isEqualTo(31);
    assertThat(picture.encoded().bytes()).isEqualTo(Pictures.part(upright, 7, 11, 53, 31));
  }

  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turnsAJpegAndAWebpUpright(int orientation) {
    byte[] jpeg = Pictures.jpeg(drawn, false);
    byte[] webp = ExifBlocks.inLosslessWebp(Pictures.webp(drawn, 101), drawn, orientation);

    assertUpright(
        ExifBlocks.inJpeg(jpeg, orientation), upright(Pictures.decode(jpeg), orientation));
    assertUpright(webp, upright(drawn, orientation));
  }

  private void assertUpright(byte[] turned, BufferedImage upright) {
    PreparedImage prepared = Pictures.kept(prepare(turned, PixelBox.WHOLE, raw("side-px: 97")));

    assertThat(prepared.originalWidthPx()).isEqualTo(upright.getWidth());
    assertThat(prepared.originalHeightPx()).isEqualTo(upright.getHeight());
    assertThat(Pictures.difference(prepared.picture().encoded().bytes(), Pictures.centre(upright)))
        .isLessThanOrEqualTo(3.0);
  }

  /** The definition of the eight orientations, pixel by pixel. */
  static BufferedImage upright(BufferedImage stored, int orientation) {
    int w = stored.getWidth();
    int h = stored.getHeight();
    boolean swaps = orientation >= 5;
    BufferedImage upright =
        new BufferedImage(swaps ? h : w, swaps ? w : h, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < upright.getHeight(); y++) {
      for (int x = 0; x < upright.getWidth(); x++) {
        int rgb =
            switch (orientation) {
              case 1 -> stored.getRGB(x, y);
              case 2 -> stored.getRGB(w - 1 - x, y);
              case 3 -> stored.getRGB(w - 1 - x, h - 1 - y);
              case 4 -> stored.getRGB(x, h - 1 - y);
              case 5 -> stored.getRGB(y, x);
              case 6 -> stored.getRGB(y, h - 1 - x);
              case 7 -> stored.getRGB(w - 1 - y, h - 1 - x);
              default -> stored.getRGB(w - 1 - y, x);
            };
        upright.setRGB(x, y, rgb);
      }
    }
    return upright;
  }

  @Test
  void checksTheCropBoxAgainstTheImageAsItIsSeen() {
    byte[] turned = ExifBlocks.inPng(file, 6);
    PixelBox upright = new PixelBox(0, 0, HEIGHT, WIDTH);

    assertThat(prepare(turned, upright, raw("side-px: 64")).keptOnly()).hasSize(1);
    assertThat(prepare(file, upright, raw("side-px: 64")).keptOnly()).isEmpty();
  }

  @Test
  void padsWithTheColourOfTheRecipe() {
    Picture picture =
        Pictures.kept(
                prepare(
                    file,
                    PixelBox.WHOLE,
                    raw(
                        "mode: pad, width-px: 200, height-px: 120, when-smaller: keep,"
                            + " pad-colour: '#102030'")))
            .picture();

    byte[] pixels = picture.encoded().bytes();
    assertThat(picture.widthPx()).isEqualTo(200);
    assertThat(picture.heightPx()).isEqualTo(120);
    assertThat(Arrays.copyOf(pixels, 3)).containsExactly(0x10, 0x20, 0x30);
    assertThat(part(pixels, 200, 34, 11, WIDTH, HEIGHT)).isEqualTo(Pictures.rgb(drawn));
  }

  @ParameterizedTest(name = "{0}, orientation {1}")
  @CsvSource({
    "keep-ratio-largest, 1",
    "keep-ratio-largest, 6",
    "keep-ratio-smallest, 8",
    "stretch, 5",
    "pad, 7"
  })
  void scalesEachSideAsThePlanSays(String mode, int orientation) {
    int factor = 2;
    BufferedImage big = enlarged(drawn, factor);
    byte[] turned = ExifBlocks.inPng(Pictures.png(big, false), orientation);
    BufferedImage upright = upright(drawn, orientation);

    Picture picture =
        Pictures.kept(
                prepare(
                    turned,
                    PixelBox.WHOLE,
                    raw(
                        "mode: %s, width-px: %d, height-px: %d"
                            .formatted(mode, upright.getWidth(), upright.getHeight()))))
            .picture();

    assertThat(picture.widthPx()).isEqualTo(upright.getWidth());
    assertThat(picture.encoded().bytes()).isEqualTo(Pictures.rgb(upright));
  }

  @Test
  void makesAllRenditionsOfOneImage() {
    ImagePlan plan =
        Pictures.plan(
            """
            image: {side-px: 64, encoding: raw}
            renditions:
              wide: {mode: stretch, width-px: 90, height-px: 30}
              same: {side-px: 64}
              file: {side-px: 32, encoding: png}
            """);

    PreparedImage prepared = Pictures.kept(prepare(file, PixelBox.WHOLE, plan));

    assertThat(prepared.renditions())
        .extracting(
            named ->
                named.name()
                    + " "
                    + named.picture().encoding().label()
                    + " "
                    + named.picture().widthPx()
                    + "x"
                    + named.picture().heightPx())
        .containsExactly("wide raw 90x30", "same raw 64x64", "file png 32x32");
    assertThat(prepared.renditions().get(1).picture()).isEqualTo(prepared.picture());
    byte[] png = prepared.renditions().get(2).picture().encoded().bytes();
    assertThat(Pictures.rgb(Pictures.decode(png)))
        .isEqualTo(
            Pictures.kept(prepare(file, PixelBox.WHOLE, raw("side-px: 32")))
                .picture()
                .encoded()
                .bytes());
  }

  @Test
  void rejectsPicturesThatNoRecordCarries() {
    BufferedImage noise = Pictures.noise(2000, 1500);

    Outcome<PreparedImage> outcome =
        prepare(
            Pictures.png(noise, false),
            PixelBox.WHOLE,
            Pictures.plan(
                "image: {mode: stretch, side-px: 4096, jpeg-quality: 100, jpeg-chroma: full}"));

    assertThat(Pictures.rejection(outcome))
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.PREPARED_IMAGE_TOO_LARGE);
              assertThat(rejection.measured().limitInWords()).isEqualTo("9437184 bytes");
            });
  }

  @Test
  void makesNoRawPixelsThatNoRecordCarries() {
    byte[] strip = Pictures.png(Pictures.drawRgb(3000, 20), false);
    ImagePlan plan = raw("mode: keep-ratio-smallest, side-px: 256");

    assertThat(Pictures.rejection(prepare(strip, PixelBox.WHOLE, plan)))
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.PREPARED_IMAGE_TOO_LARGE);
              assertThat(rejection.measured().inWords()).isEqualTo(38_400 * 256 * 3 + " bytes");
            });
  }

  @ParameterizedTest
  @CsvSource({"halved, 2", "full, 1"})
  void storesColourAsFinelyAsTheRecipeSays(String chroma, int factor) {
    byte[] jpeg =
        Pictures.kept(
                prepare(
                    file,
                    PixelBox.WHOLE,
                    Pictures.plan("image: {side-px: 64, jpeg-chroma: " + chroma + "}")))
            .picture()
            .encoded()
            .bytes();

    int frame = indexOf(jpeg, (byte) 0xC0);
    assertThat(jpeg[frame + 10]).isEqualTo((byte) (factor << 4 | factor));
  }

  /** Position of the marker behind an FF. */
  private static int indexOf(byte[] jpeg, byte marker) {
    for (int i = 1; i < jpeg.length; i++) {
      if (jpeg[i - 1] == (byte) 0xFF && jpeg[i] == marker) {
        return i;
      }
    }
    throw new AssertionError("no such marker");
  }

  private static ImagePlan raw(String keys) {
    return Pictures.plan("image: {encoding: raw, " + keys + "}");
  }

  private Outcome<PreparedImage> prepare(byte[] image, PixelBox box, ImagePlan plan) {
    return pool.prepare(new ImageToPrepare(Pictures.probe(image), box), plan);
  }

  /** Each pixel as a square. */
  private static BufferedImage enlarged(BufferedImage image, int factor) {
    BufferedImage big =
        new BufferedImage(
            factor * image.getWidth(), factor * image.getHeight(), BufferedImage.TYPE_INT_RGB);
    big.createGraphics().drawImage(image, 0, 0, big.getWidth(), big.getHeight(), null);
    return big;
  }

  private static byte[] part(byte[] pixels, int stride, int left, int top, int width, int height) {
    byte[] part = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      System.arraycopy(pixels, 3 * ((top + y) * stride + left), part, 3 * y * width, 3 * width);
    }
    return part;
  }
}
