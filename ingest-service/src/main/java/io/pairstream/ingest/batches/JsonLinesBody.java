package io.pairstream.ingest.batches;

import io.pairstream.ingest.http.Principal;
import io.pairstream.ingest.http.Problem;
import io.pairstream.ingest.http.ProblemKind;
import io.pairstream.ingest.pairs.PairJson;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.pairs.Submission;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * JSON Lines: one JSON object per line, as {@code POST /v1/pairs} takes it. Empty lines count and
 * are passed over. A line that cannot be read is an input that cannot be taken; the next one is
 * read all the same.
 */
final class JsonLinesBody implements BatchInputs {

  /** Longest line: what a single pair's body may be. */
  static final int MAX_LINE_BYTES = (int) PairRoutes.MAX_BODY_BYTES;

  /** Longer lines need one of the permits, of which there are few. */
  static final int LONG_LINE_BYTES = 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FIRST_LINE_BYTES = 8 * 1024;

  private final InputStream body;
  private final Semaphore longLines;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int from;
  private int to;
  private long lineNumber;

  /**
   * @param longLines permits for lines above {@link #LONG_LINE_BYTES}, which all batches share; a
   *     line keeps its permit until it is released
   */
  JsonLinesBody(InputStream body, Semaphore longLines) {
    this.body = body;
    this.longLines = longLines;
  }

  @Override
  public Optional<Input> next() throws IOException {
    while (fill()) {
      lineNumber++;
      Line line = readLine();
      if (!line.isBlank()) {
        return Optional.of(line);
      }
      line.release();
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    // The server closes the body.
  }

  /** Whether there is another byte. */
  private boolean fill() throws IOException {
    if (from < to) {
      return true;
    }
    from = 0;
    to = Math.max(0, body.read(buffer));
    return to > 0;
  }

  private Line readLine() throws IOException {
    byte[] line = new byte[FIRST_LINE_BYTES];
    int length = 0;
    boolean isTooLong = false;
    boolean holdsPermit = false;
    try {
      boolean ended = false;
      while (!ended && fill()) {
        int end = from;
        while (end < to && buffer[end] != '\n') {
          end++;
        }
        int count = end - from;
        if (length + count > LONG_LINE_BYTES && !holdsPermit && !isTooLong) {
          longLines.acquireUninterruptibly();
          holdsPermit = true;
        }
        isTooLong |= length + count > MAX_LINE_BYTES;
        if (!isTooLong) {
          if (length + count > line.length) {
            int grown = Math.min(Math.max(2 * line.length, length + count), MAX_LINE_BYTES);
            line = Arrays.copyOf(line, grown);
          }
          System.arraycopy(buffer, from, line, length, count);
          length += count;
        }
        ended = end < to;
        from = ended ? end + 1 : end;
      }
    } catch (IOException | RuntimeException | Error e) {
      if (holdsPermit) {
        longLines.release();
      }
      throw e;
    }
    return isTooLong
        ? new Line(lineNumber, new byte[0], 0, true, holdsPermit)
        : new Line(lineNumber, line, length, false, holdsPermit);
  }

  /** A line without its line feed. */
  private final class Line implements Input {

    private final long number;
    private final boolean isTooLong;
    private final boolean holdsPermit;
    private final int length;
    private byte[] bytes;

    Line(long number, byte[] bytes, int length, boolean isTooLong, boolean holdsPermit) {
      this.number = number;
      this.bytes = bytes;
      this.length = length;
      this.isTooLong = isTooLong;
      this.holdsPermit = holdsPermit;
    }

    boolean isBlank() {
      for (int i = 0; i < length; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
          return false;
        }
      }
      return !isTooLong;
    }

    @Override
    public long line() {
      return number;
    }

    @Override
    public int sizeBytes() {
      return length;
    }

    @Override
    public Submission submission(Principal sender) {
      if (isTooLong) {
        throw Problem.of(
                ProblemKind.BODY_TOO_LARGE,
                "the line is longer than "
                    + MAX_LINE_BYTES / (1024 * 1024)
                    + " MiB; the largest image that is taken has 8 MiB")
            .with("limit", MAX_LINE_BYTES + " bytes")
            .asException();
      }
      Submission submission = PairJson.read(bytes, 0, length).submission(sender);
      bytes = new byte[0];
      return submission;
    }

    @Override
    public void release() {
      if (holdsPermit) {
        longLines.release();
      }
    }
  }
}
