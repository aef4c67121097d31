package io.pairstream.feed.pixels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Writes pictures in a trainer's format, in one pass over their values. Thread-safe. */
public final class PixelWriter {

  private final PixelFormat format;
  private final int channels;
  private final float[][] tables;

  /**
   * @param format its profile is not AS_RECIPE
   * @param channels of every picture, 1 or 3
   */
  public PixelWriter(PixelFormat format, int channels) {
    this.format = format;
    this.channels = channels;
    this.tables =
        format.type() == PixelFormat.Type.FLOAT32
            ? format.profile().tables(channels)
            : new float[0][];
  }

  /**
   * Writes one picture.
   *
   * @param pixels uint8 [height, width, channels], row-major, from its beginning
   * @param target takes the picture from its beginning, in its own byte order
   */
  public void write(byte[] pixels, int heightPx, int widthPx, ByteBuffer target) {
    int places = heightPx * widthPx;
    boolean isInterleaved = format.layout() == PixelFormat.Layout.NHWC || channels == 1;
    if (format.type() == PixelFormat.Type.UINT8) {
      if (isInterleaved) {
        target.put(0, pixels, 0, places * channels);
      } else {
        writePlanes(pixels, heightPx, widthPx, target);
      }
    } else if (isInterleaved) {
      writeFloats(pixels, heightPx, widthPx, target.asFloatBuffer());
    } else {
      writeFloatPlanes(pixels, heightPx, widthPx, target.asFloatBuffer());
    }
  }

  private void writePlanes(byte[] pixels, int heightPx, int widthPx, ByteBuffer target) {
    byte[] row = new byte[widthPx];
    for (int channel = 0; channel < channels; channel++) {
      for (int y = 0; y < heightPx; y++) {
        int from = y * widthPx * channels + channel;
        for (int x = 0; x < widthPx; x++) {
          row[x] = pixels[from + x * channels];
        }
        target.put((channel * heightPx + y) * widthPx, row);
      }
    }
  }

  private void writeFloats(byte[] pixels, int heightPx, int widthPx, FloatBuffer target) {
    int length = widthPx * channels;
    float[] row = new float[length];
    for (int y = 0; y < heightPx; y++) {
      int from = y * length;
      if (channels == 3) {
        float[] red = tables[0];
        float[] green = tables[1];
        float[] blue = tables[2];
        for (int i = 0; i < length; i += 3) {
          row[i] = red[pixels[from + i] & 0xff];
          row[i + 1] = green[pixels[from + i + 1] & 0xff];
          row[i + 2] = blue[pixels[from + i + 2] & 0xff];
        }
      } else {
        for (int i = 0; i < length; i++) {
          row[i] = tables[0][pixels[from + i] & 0xff];
        }
      }
      target.put(from, row);
    }
  }

  private void writeFloatPlanes(byte[] pixels, int heightPx, int widthPx, FloatBuffer target) {
    float[] row = new float[widthPx];
    for (int channel = 0; channel < channels; channel++) {
      float[] table = tables[channel];
      for (int y = 0; y < heightPx; y++) {
        int from = y * widthPx * channels + channel;
        for (int x = 0; x < widthPx; x++) {
          row[x] = table[pixels[from + x * channels] & 0xff];
        }
        target.put((channel * heightPx + y) * widthPx, row);
      }
    }
  }
}
