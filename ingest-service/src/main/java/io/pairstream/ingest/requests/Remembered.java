package io.pairstream.ingest.requests;

import io.pairstream.service.http.Answer;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * An answer that is kept while it is given: whole while it is short, later its first and its last
 * line. Not thread-safe.
 */
final class Remembered extends FilterOutputStream {

  /** Up to so many bytes an answer is kept whole. */
  static final int WHOLE_BYTES = 64 * 1024;

  private final int status;
  private final String mediaType;
  private final Map<String, String> headers;
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean lineEnded;
  private long written;

  Remembered(int status, String mediaType, Map<String, String> headers, OutputStream out) {
    super(out);
    this.status = status;
    this.mediaType = mediaType;
    this.headers = headers;
  }

  int status() {
    return status;
  }

  /** What is remembered of the answer. */
  Answer answer() {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] first = beginning.toByteArray();
    if (written <= WHOLE_BYTES) {
      kept.writeBytes(first);
    } else {
      kept.write(first, 0, lengthOfFirstLine(first));
      kept.writeBytes(line.toByteArray());
    }
    return new Answer(status, mediaType, headers, ByteBuffer.wrap(kept.toByteArray()));
  }

  @Override
  public void write(int next) throws IOException {
    super.write(next);
    keep((byte) next);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    for (int i = offset; i < offset + length; i++) {
      keep(bytes[i]);
    }
  }

  private void keep(byte next) {
    written++;
    if (beginning.size() < WHOLE_BYTES) {
      beginning.write(next);
    }
    if (lineEnded) {
      line.reset();
      lineEnded = false;
    }
    // Of a line without an end no more is kept than of a whole answer.
    if (line.size() < WHOLE_BYTES) {
      line.write(next);
    }
    lineEnded = next == '\n';
  }

  private static int lengthOfFirstLine(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return bytes.length;
  }
}
