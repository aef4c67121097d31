package io.pairstream.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * Bytes of an object in a bucket. A body that breaks off is asked for again from there on; bytes of
 * an object that was replaced meanwhile are refused. For one thread.
 */
final class S3Input extends InputStream {

  /** Count of bytes of an object whose length is not known yet. */
  static final long TO_THE_END = -1;

  /** Attempts in a row that bring no byte. */
  private static final int MAX_ATTEMPTS = 5;

  private final S3Connection connection;
  private final String bucket;
  private final String key;
  private final String url;
  private final boolean isPart;
  private long position;

  /** Offset behind the last byte; {@link #TO_THE_END} until the first answer says it. */
  private long end;

  /** Length of the object; unknown before the first answer. */
  private long total = TO_THE_END;

  /** Version of the object; null before the first answer. */
  private String tag;

  private int failures;

  /** Current answer; null where one is to be asked for. */
  private S3Connection.Answer body;

  /**
   * @param url names the object in messages
   * @param count how many bytes, or {@link #TO_THE_END}
   * @throws NoSuchObjectException where it does not exist
   */
  S3Input(S3Connection connection, String bucket, String key, String url, long from, long count)
      throws IOException {
    this.connection = connection;
    this.bucket = bucket;
    this.key = key;
    this.url = url;
    this.isPart = count != TO_THE_END;
    this.position = from;
    this.end = isPart ? from + count : TO_THE_END;
    begin();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    while (length > 0 && position < end) {
      if (body == null) {
        begin();
      }
      IOException cause = null;
      try {
        int count = body.stream().read(into, offset, (int) Math.min(length, end - position));
        if (count > 0) {
          position += count;
          failures = 0;
          return count;
        }
      } catch (IOException e) {
        cause = e;
      }
      fail(
          "its bytes break off at %d of %d".formatted(position, total),
          cause == null ? new EOFException() : cause);
    }
    return length == 0 ? 0 : -1;
  }

  @Override
  public void close() {
    if (body != null) {
      body.close(position == end);
      body = null;
    }
  }

  /** Asks for the bytes that are left, until an answer has them. */
  private void begin() throws IOException {
    while (body == null) {
      String range =
          isPart
              ? "bytes=%d-%d".formatted(position, end - 1)
              : position > 0 ? "bytes=%d-".formatted(position) : "";
      body = connection.get(url, bucket, key, range);
      String wrong;
      try {
        wrong = wrongWith(body, !range.isEmpty());
      } catch (IOException e) {
        close();
        throw e;
      }
      if (!wrong.isEmpty()) {
        fail(wrong, new IOException(wrong));
      }
    }
  }

  /** Complaint about an answer; empty where it has the bytes that were asked for. */
  private String wrongWith(S3Connection.Answer answer, boolean wasPart) throws IOException {
    if (!answer.problem().isEmpty()) {
      return answer.problem();
    }
    if (wasPart && answer.total() < 0) {
      return "the store answers a request for a part with the whole object; it has to serve ranges";
    }
    long has = wasPart ? answer.total() : answer.length();
    if (total >= 0 && (has != total || !answer.tag().equals(tag))) {
      throw new IOException(url + " was replaced while it was read; read it again");
    }
    if (has >= 0 && has < end) {
      throw new EOFException(
          "%s has %s bytes; bytes %s to %s were asked for".formatted(url, has, position, end - 1));
    }
    long last = isPart ? end : has;
    if (has < 0 || answer.length() != last - position) {
      return "the store sends another number of bytes than was asked for, or does not say it";
    }
    total = has;
    tag = answer.tag();
    end = last;
    return "";
  }

  private void fail(String how, IOException cause) throws IOException {
    close();
    if (++failures == MAX_ATTEMPTS) {
      throw S3Failures.of(
          "%s cannot be read: %s (%d attempts)".formatted(url, how, failures), cause);
    }
    S3Connection.pause(failures);
  }
}
