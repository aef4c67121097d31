package io.pairstream.image.worker.pixels;

import org.bytedeco.javacpp.Pointer;

/**
 * Native memory that is used again for every image. It grows as needed, and what one giant needed
 * is given back when the next image is of usual size. Not thread-safe.
 */
final class NativeBuffer {

  /** Bytes kept from image to image: the planes of a photograph of 20 megapixels. */
  private static final long USUAL_BYTES = 32L << 20;

  /** Bytes beyond the end that a vector instruction may read, without using them. */
  private static final int SLACK_BYTES = 64;

  private Pointer memory = new Pointer();
  private long capacity;

  /** At least {@code bytes} bytes of any content; valid until the next call. */
  Pointer reserve(long bytes) {
    if (bytes > capacity || (capacity > USUAL_BYTES && bytes <= USUAL_BYTES)) {
      free();
      // Not by a constructor: the memory would belong to the scope of one image.
      memory = Pointer.malloc(bytes + SLACK_BYTES);
      if (memory == null || memory.isNull()) {
        memory = new Pointer();
        throw new IllegalStateException("no native memory of " + bytes + " bytes");
      }
      capacity = bytes;
    }
    return memory;
  }

  private void free() {
    if (!memory.isNull()) {
      Pointer.free(memory);
    }
    memory = new Pointer();
    capacity = 0;
  }
}
