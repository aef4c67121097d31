package io.pairstream.feed.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pairstream.feed.pixels.PixelFormat.Layout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PixelWriterTest {

  /** uint8 [2, 2, 3]. */
  private static final byte[] PICTURE = {0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, (byte) 255};

  @Test
  void copiesStoredPixels() {
    assertThat(bytes(PixelFormat.STORED)).isEqualTo(PICTURE);
  }

  @Test
  void takesChannelsApart() {
    assertThat(bytes(PixelFormat.STORED.layout(Layout.NCHW)))
        .containsExactly(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, (byte) 255);
  }

  @Test
  void givesFloatsInTheLayoutsOrder() {
    PixelFormat floats = PixelFormat.floats(PixelProfile.NONE);

    assertThat(floats(floats)).containsExactly(0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 255);
    assertThat(floats(floats.layout(Layout.NCHW)))
        .containsExactly(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 255);
  }

  @ParameterizedTest
  @CsvSource({
    "ZERO_TO_ONE, 0, 0, 0.07843137",
    "MINUS_ONE_TO_ONE, -1, -0.9215686, -0.8431373",
    "CLIP, -1.7922626, -1.602015, -1.1958266",
    "IMAGENET, -2.117904, -1.8606442, -1.4558606"
  })
  void normalisesAsTheProfileSays(PixelProfile profile, float red, float green, float blue) {
    float[] found = floats(PixelFormat.floats(profile));

    if (profile != PixelProfile.ZERO_TO_ONE) {
      assertThat(found[1]).isCloseTo(green, within(1e-5f));
    }
    assertThat(found[0]).isCloseTo(red, within(1e-5f));
    assertThat(found[2]).isCloseTo(blue, within(1e-5f));
  }

  @ParameterizedTest
  @EnumSource(
      value = PixelProfile.class,
      names = {"CLIP", "IMAGENET"})
  void givesTheNearestFloatToTheFormula(PixelProfile profile) {
    double[] mean = {0.48145466, 0.4578275, 0.40821073};
    double[] deviation = {0.26862954, 0.26130258, 0.27577711};
    if (profile == PixelProfile.IMAGENET) {
      mean = new double[] {0.485, 0.456, 0.406};
      deviation = new double[] {0.229, 0.224, 0.225};
    }

    float[] found = floats(PixelFormat.floats(profile));

    for (int i = 0; i < PICTURE.length; i++) {
      int channel = i % 3;
      assertThat(found[i])
          .isEqualTo((float) (((PICTURE[i] & 0xff) / 255.0 - mean[channel]) / deviation[channel]));
    }
  }

  @Test
  void writesGreyPicturesTheSameInBothLayouts() {
    byte[] grey = {0, 51, (byte) 255, 102};
    for (Layout layout : Layout.values()) {
      ByteBuffer target = memory(4 * Float.BYTES);

      new PixelWriter(PixelFormat.floats(PixelProfile.ZERO_TO_ONE).layout(layout), 1)
          .write(grey, 2, 2, target);

      assertThat(read(target)).containsExactly(0, 0.2f, 1, 0.4f);
    }
  }

  @Test
  void readsNoMoreThanThePictureOfLargerMemory() {
    ByteBuffer target = memory(PICTURE.length);

    new PixelWriter(PixelFormat.STORED, 3).write(Arrays.copyOf(PICTURE, 100), 2, 2, target);

    assertThat(target).isEqualTo(ByteBuffer.wrap(PICTURE));
  }

  @Test
  void refusesToNormaliseBytes() {
    assertThatThrownBy(() -> PixelFormat.STORED.profile(PixelProfile.CLIP))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("clip needs pixels of float32, not of uint8");
  }

  @Test
  void knowsProfilesByTheirNamesInRecipes() {
    assertThat(PixelProfile.of("minus-one-to-one")).contains(PixelProfile.MINUS_ONE_TO_ONE);
    assertThat(PixelProfile.of("CLIP")).isEmpty();
    assertThat(PixelProfile.labels())
        .isEqualTo("none, zero-to-one, minus-one-to-one, clip, imagenet, as-recipe");
  }

  private static byte[] bytes(PixelFormat format) {
    ByteBuffer target = memory(PICTURE.length);
    new PixelWriter(format, 3).write(PICTURE, 2, 2, target);
    byte[] found = new byte[PICTURE.length];
    target.get(0, found);
    return found;
  }

  private static float[] floats(PixelFormat format) {
    ByteBuffer target = memory(PICTURE.length * Float.BYTES);
    new PixelWriter(format, 3).write(PICTURE, 2, 2, target);
    return read(target);
  }

  private static ByteBuffer memory(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  private static float[] read(ByteBuffer bytes) {
    float[] values = new float[bytes.capacity() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }
}
