package io.pairstream.feed.augment;

import java.util.Arrays;

/** Small pictures, and their pixels again. */
final class TestPicture {

  private TestPicture() {}

  /** A picture of these values, from 0 to 255. */
  static Picture of(int heightPx, int widthPx, int channels, int... values) {
    Picture picture = new Picture();
    picture.begin(heightPx, widthPx, channels);
    for (int i = 0; i < values.length; i++) {
      picture.pixels()[i] = (byte) values[i];
    }
    return picture;
  }

  /** The picture that the golden cases begin with. */
  static Picture drawn(int heightPx, int widthPx, int channels) {
    int[] values = new int[heightPx * widthPx * channels];
    int at = 0;
    for (int y = 0; y < heightPx; y++) {
      for (int x = 0; x < widthPx; x++) {
        for (int c = 0; c < channels; c++) {
          values[at++] = 7 * x + 13 * y + 50 * c + x * y / 4;
        }
      }
    }
    return of(heightPx, widthPx, channels, values);
  }

  static byte[] pixels(Picture picture) {
    return Arrays.copyOf(picture.pixels(), picture.length());
  }

  /** Values from 0 to 255. */
  static int[] values(Picture picture) {
    int[] values = new int[picture.length()];
    Arrays.setAll(values, i -> picture.pixels()[i] & 0xff);
    return values;
  }
}
