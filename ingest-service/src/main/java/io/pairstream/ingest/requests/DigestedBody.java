package io.pairstream.ingest.requests;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** A body that is digested as it is read, and knows whether it was read whole. Not thread-safe. */
final class DigestedBody extends FilterInputStream {

  private static final int SKIPPED_AT_ONCE = 8 * 1024;

  private final MessageDigest sha256 = Sha256.begin();
  private boolean whole;

  DigestedBody(InputStream body) {
    super(body);
  }

  /** Whether its end was seen; reads on to it where a reader stopped at the last thing it needs. */
  boolean isWhole() throws IOException {
    byte[] rest = new byte[SKIPPED_AT_ONCE];
    while (!whole) {
      int unused = read(rest, 0, rest.length);
    }
    return true;
  }

  /** SHA-256 of what was read. */
  byte[] digest() {
    return sha256.digest();
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    if (next < 0) {
      whole = true;
    } else {
      sha256.update((byte) next);
    }
    return next;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count < 0) {
      whole = true;
    } else {
      sha256.update(bytes, offset, count);
    }
    return count;
  }

  @Override
  public long skip(long wanted) throws IOException {
    int count = read(new byte[(int) Math.min(SKIPPED_AT_ONCE, Math.max(0, wanted))]);
    return Math.max(0, count);
  }

  /** Leaves the body open: its end is still to be seen, and the server closes it. */
  @Override
  public void close() {}

  @Override
  public boolean markSupported() {
    return false;
  }
}
