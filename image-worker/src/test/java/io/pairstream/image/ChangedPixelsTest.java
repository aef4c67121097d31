package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A recipe's pixel operations and measures, applied by a real worker. */
class ChangedPixelsTest {

  @AutoClose
  private static final ImageWorkerPool WORKERS = new ImageWorkerPool(Pictures.settings(1));

  private static final byte[] RED =
      Pictures.png(Pictures.flat(new Color(255, 0, 0), 40, 40), false);

  private static PreparedImage prepare(byte[] file, String yaml) {
    ImagePlan plan = Pictures.plan(yaml);
    return Pictures.kept(Pictures.prepare(WORKERS, file, plan));
  }

  private static int[] firstPixel(Picture picture) {
    byte[] bytes = picture.encoded().bytes();
    int[] pixel = new int[picture.colour().channels()];
    for (int i = 0; i < pixel.length; i++) {
      pixel[i] = bytes[i] & 0xFF;
    }
    return pixel;
  }

  @ParameterizedTest
  @CsvSource({"hsv, 0, 255, 255", "lab, 136, 208, 195", "ycrcb, 76, 255, 85"})
  void rawAndPngHoldTheChannelsInTheirOrder(String colour, int first, int second, int third)
      throws IOException {
    Picture raw =
        prepare(RED, "{image: {side-px: 16, encoding: raw}, pixels: {colour: " + colour + "}}")
            .picture();
    Picture png =
        prepare(RED, "{image: {side-px: 16, encoding: png}, pixels: {colour: " + colour + "}}")
            .picture();

    assertThat(raw.colour().label()).isEqualTo(colour);
    assertThat(firstPixel(raw)).containsExactly(first, second, third);
    Color pixel =
        new Color(ImageIO.read(new ByteArrayInputStream(png.encoded().bytes())).getRGB(3, 3));
    assertThat(new int[] {pixel.getRed(), pixel.getGreen(), pixel.getBlue()})
        .containsExactly(first, second, third);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "raw"})
  void greyHasOneChannelInEveryEncoding(String encoding) throws IOException {
    Picture grey =
        prepare(RED, "{image: {side-px: 16, encoding: " + encoding + "}, pixels: {colour: grey}}")
            .picture();

    assertThat(grey.colour()).isEqualTo(PictureColour.GREY);
    if (encoding.equals("raw")) {
      assertThat(grey.encoded().bytes()).hasSize(256).containsOnly(76);
    } else {
      BufferedImage read = ImageIO.read(new ByteArrayInputStream(grey.encoded().bytes()));
      assertThat(read.getRaster().getNumBands()).isEqualTo(1);
      assertThat(read.getRaster().getSample(3, 3, 0)).isBetween(75, 77);
    }
  }

  @Test
  void canvasIsLaidAroundTheChangedPicture() {
    byte[] wide = Pictures.png(Pictures.flat(new Color(64, 64, 64), 40, 20), false);

    PreparedImage prepared =
        prepare(
            wide,
            """
            image: {mode: pad, side-px: 16, encoding: raw, pad-colour: '#808080'}
            pixels: {gamma: 0.5}
            """);

    byte[] pixels = prepared.picture().encoded().bytes();
    assertThat(pixels[0] & 0xFF).isEqualTo(128);
    assertThat(pixels[(8 * 16 + 8) * 3] & 0xFF).isEqualTo(Math.round(255 * Math.sqrt(64 / 255.0)));
  }

  @Test
  void hashIsTheWholePicturesWhateverTheRecipeMakesOfIt() {
    byte[] file = Pictures.jpeg(Pictures.drawRgb(500, 300), false);
    long hash = prepare(file, "").perceptualHash();

    assertThat(
            prepare(
                    file,
                    """
                    image: {mode: stretch, side-px: 64, encoding: raw}
                    pixels: {colour: lab, equalise: global, denoise: median}
                    """)
                .perceptualHash())
        .isEqualTo(hash);
    byte[] cut = Pictures.jpeg(Pictures.drawRgb(500, 300).getSubimage(100, 0, 300, 300), false);
    assertThat(Long.bitCount(prepare(cut, "").perceptualHash() ^ hash)).isGreaterThan(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void hashIsTheUprightPictures(int orientation) {
    BufferedImage stored = Pictures.drawRgb(400, 300);
    byte[] upright = Pictures.png(GeometryPixelsTest.upright(stored, orientation), false);
    byte[] turned = ExifBlocks.inPng(Pictures.png(stored, false), orientation);

    assertThat(
            Long.bitCount(
                prepare(turned, "").perceptualHash() ^ prepare(upright, "").perceptualHash()))
        .isLessThanOrEqualTo(2);
  }
}
