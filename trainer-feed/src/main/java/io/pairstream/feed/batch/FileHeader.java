package io.pairstream.feed.batch;

import java.nio.ByteBuffer;

/**
 * Header of a JPEG or PNG, read in Java.
 *
 * <p>A codec library tells formats apart by their first bytes, whatever a record calls them, and
 * has a decoder for each of a dozen: none but the two that the pipeline writes are to meet bytes
 * from a topic.
 *
 * @param widthPx declared width in pixels
 * @param heightPx declared height in pixels
 */
record FileHeader(int widthPx, int heightPx) {

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int PNG_IHDR = 0x49484452;
  private static final int PNG_HEADER_BYTES = 24;
  private static final int PNG_WIDTH = 16;
  private static final int PNG_HEIGHT = 20;

  private static final int START_OF_IMAGE = 0xFFD8;
  private static final int START_OF_SCAN = 0xFFDA;

  /** Bytes of a JPEG's frame header from its marker up to the width. */
  private static final int FRAME_BYTES = 7;

  /**
   * Reads the header of a file of this encoding.
   *
   * @param file the bytes between position and limit, which stay as they are
   * @param encoding {@code jpeg} or {@code png}
   * @throws IllegalArgumentException where it is none
   */
  static FileHeader of(ByteBuffer file, String encoding) {
    ByteBuffer bytes = file.slice(); // big-endian, as both formats are
    FileHeader header = encoding.equals("png") ? png(bytes) : jpeg(bytes);
    if (header == null) {
      throw new IllegalArgumentException("the " + encoding + " image is damaged, or is none");
    }
    return header;
  }

  private static FileHeader png(ByteBuffer bytes) {
    return bytes.remaining() >= PNG_HEADER_BYTES
            && bytes.getLong(0) == PNG_SIGNATURE
            && bytes.getInt(Long.BYTES + Integer.BYTES) == PNG_IHDR
        ? new FileHeader(bytes.getInt(PNG_WIDTH), bytes.getInt(PNG_HEIGHT))
        : null;
  }

  /** Walks the segments, which are contiguous in the pipeline's own files. */
  private static FileHeader jpeg(ByteBuffer bytes) {
    if (bytes.remaining() < Short.BYTES || u16(bytes, 0) != START_OF_IMAGE) {
      return null;
    }
    int at = Short.BYTES;
    while (at + Short.BYTES + FRAME_BYTES <= bytes.remaining()) {
      int marker = u16(bytes, at);
      int length = u16(bytes, at + 2);
      if (isFrameHeader(marker)) {
        return new FileHeader(u16(bytes, at + 7), u16(bytes, at + 5));
      }
      if (marker >> 8 != 0xFF || marker == START_OF_SCAN || length < Short.BYTES) {
        return null;
      }
      at += Short.BYTES + length;
    }
    return null;
  }

  /**
   * Whether the marker is one of SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which lie
   * between them.
   */
  private static boolean isFrameHeader(int marker) {
    return marker >= 0xFFC0
        && marker <= 0xFFCF
        && marker != 0xFFC4
        && marker != 0xFFC8
        && marker != 0xFFCC;
  }

  private static int u16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }
}
