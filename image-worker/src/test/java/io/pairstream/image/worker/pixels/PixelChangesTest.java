package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.PixelOperations.PictureColour;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation;
import io.pairstream.cleaning.image.PixelOperations.PixelOperation.Kind;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PixelChangesTest {

  @AutoClose final PointerScope scope = new PointerScope();

  private static byte[] change(Mat bgr, Kind kind, int size, double sigmaPx, double strength) {
    return Golden.rgb(
        PixelChanges.apply(List.of(new PixelOperation(kind, size, sigmaPx, strength)), bgr));
  }

  @ParameterizedTest
  @CsvSource({
    "GAUSSIAN, 5, 0, 0", "MEDIAN, 5, 0, 0", "BILATERAL, 5, 1.1, 10", "NL_MEANS, 0, 0, 10",
    "GAMMA, 0, 0, 0.5", "EQUALISE, 0, 0, 0", "CLAHE, 2, 0, 2", "SHARPEN, 0, 1, 0.5"
  })
  void doesWhatTheReferenceDoes(Kind kind, int size, double sigmaPx, double strength) {
    byte[] changed = change(Golden.picture(24, 16), kind, size, sigmaPx, strength);

    assertWithinOneLevel(changed, Golden.bytes(kind.name()));
  }

  @ParameterizedTest
  @EnumSource(names = {"GREY", "HSV", "LAB", "YCRCB"})
  void convertsAsTheReferenceDoes(PictureColour colour) {
    byte[] converted = convert(Golden.picture(24, 16), colour);

    assertWithinOneLevel(converted, Golden.bytes("TO_" + colour.name()));
  }

  private static byte[] convert(Mat bgr, PictureColour colour) {
    return Golden.rgb(PixelChanges.converted(colour, new OpenCvPicture(bgr)));
  }

  private static void assertWithinOneLevel(byte[] pixels, byte[] expected) {
    assertThat(pixels).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((pixels[i] & 0xFF) - (expected[i] & 0xFF)).as("byte %d", i).isBetween(-1, 1);
    }
  }

  @Test
  void oneChangeFollowsTheOther() {
    byte[] pixels = {0, 0, 0, 51, 51, 51};

    Mat changed =
        PixelChanges.apply(
            List.of(
                new PixelOperation(Kind.GAMMA, 0, 0, 2),
                new PixelOperation(Kind.EQUALISE, 0, 0, 0)),
            Golden.bgr(2, 1, pixels));

    assertThat(Golden.rgb(changed)).containsExactly(0, 0, 0, 255, 255, 255);
  }

  @Test
  void leavesTheGivenPictureAsItIs() {
    Mat picture = Golden.picture(24, 16);
    byte[] before = Golden.rgb(picture);

    for (Kind kind : Kind.values()) {
      PixelChanges.apply(List.of(new PixelOperation(kind, 3, 1, 1)), picture);
    }

    assertThat(Golden.rgb(picture)).isEqualTo(before);
  }
}
