package io.pairstream.image.protocol;

import java.io.IOException;

/** How a worker encodes its result; on the wire, one byte. */
public enum PixelFormat {
  /** Baseline JPEG, chroma halved in both directions. */
  JPEG(1),
  /** PNG, 8-bit RGB. */
  PNG(2),
  /** uint8 [side, side, 3], RGB, row-major, no padding. */
  RAW(3);

  private final int code;

  PixelFormat(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static PixelFormat of(int code) throws IOException {
    for (PixelFormat format : values()) {
      if (format.code == code) {
        return format;
      }
    }
    throw new IOException("not a pixel format: " + code);
  }
}
