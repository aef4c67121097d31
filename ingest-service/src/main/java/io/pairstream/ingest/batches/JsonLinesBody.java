package io.pairstream.ingest.batches;

import io.pairstream.ingest.pairs.PairJson;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.pairs.Submission;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A batch: one JSON object per line, as {@code POST /v1/pairs} takes it. Empty lines count and are
 * passed over. A line that cannot be read is an input that cannot be taken; the next one is read
 * all the same, unless the line goes on and on. Not thread-safe.
 */
final class JsonLinesBody {

  /** Longest line: what a single pair's body may be. */
  static final int MAX_LINE_BYTES = (int) PairRoutes.MAX_BODY_BYTES;

  /** Longer lines need one of the permits, of which there are few. */
  static final int LONG_LINE_BYTES = 1024 * 1024;

  /** Where it is no line any more that somebody meant as one. */
  static final int MAX_READ_BYTES = 2 * MAX_LINE_BYTES;

  /** How long a long line may take to come: 12 MiB at a little less than 1 Mbit/s. */
  static final Duration LINE_TIME = Duration.ofMinutes(2);

  /** How long a long line waits for others. */
  private static final Duration TIMEOUT = LINE_TIME.multipliedBy(2);

  private static final byte[] NOTHING = new byte[0];
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FIRST_LINE_BYTES = 8 * 1024;

  private final SentBytes body;
  private final LongLines longLines;
  private final String producer;
  private final LongSupplier nanoTime;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int from;
  private int to;
  private long lineNumber;

  /**
   * @param longLines permits for lines above {@link #LONG_LINE_BYTES}, which all batches share; a
   *     line keeps its permit until it is understood or released
   * @param producer who sends the body
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  JsonLinesBody(SentBytes body, LongLines longLines, String producer, LongSupplier nanoTime) {
    this.body = body;
    this.longLines = longLines;
    this.producer = producer;
    this.nanoTime = nanoTime;
  }

  /**
   * The next line that is not empty; nothing at the end.
   *
   * @throws IOException where the body stops before its end
   * @throws ProblemException where the body is no batch from here on
   */
  Optional<Line> next() throws IOException {
    while (fill()) {
      lineNumber++;
      // Here no line of this body holds a permit.
      body.pay();
      Line line = readLine();
      if (!line.isBlank()) {
        return Optional.of(line);
      }
      line.release();
    }
    return Optional.empty();
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
    byte[] line = NOTHING;
    int length = 0;
    long read = 0;
    long longSince = 0;
    boolean holdsPermit = false;
    try {
      boolean ended = false;
      while (!ended && fill()) {
        if (holdsPermit && nanoTime.getAsLong() - longSince > LINE_TIME.toNanos()) {
          throw tooSlow();
        }
        int end = from;
        while (end < to && buffer[end] != '\n') {
          end++;
        }
        ended = end < to;
        int count = end - from;
        read += count;
        if (read > MAX_READ_BYTES) {
          throw endless();
        }
        if (read > MAX_LINE_BYTES) {
          line = NOTHING;
          length = 0;
          if (holdsPermit) {
            holdsPermit = false;
            longLines.giveBack(producer);
          }
        } else {
          if (read > LONG_LINE_BYTES && !holdsPermit) {
            takePermit();
            holdsPermit = true;
            longSince = nanoTime.getAsLong();
          }
          if (length + count > line.length) {
            line = Arrays.copyOf(line, capacity(line.length, length + count, ended));
          }
          System.arraycopy(buffer, from, line, length, count);
          length += count;
        }
        from = ended ? end + 1 : end;
      }
    } catch (IOException | RuntimeException | Error e) {
      if (holdsPermit) {
        longLines.giveBack(producer);
      }
      throw e;
    }
    return new Line(lineNumber, line, length, read > MAX_LINE_BYTES, holdsPermit);
  }

  /** A line whose end is known takes what it needs, others as much again when they grow. */
  private static int capacity(int capacity, int needed, boolean ended) {
    return ended
        ? needed
        : Math.min(Math.max(Math.max(2 * capacity, FIRST_LINE_BYTES), needed), MAX_LINE_BYTES);
  }

  private void takePermit() throws IOException {
    try {
      if (!longLines.take(producer, TIMEOUT)) {
        throw Problem.of(
                ProblemKind.OVERLOADED,
                "too many lines of more than 1 MiB are under way; send line "
                    + lineNumber
                    + " and what follows it again later")
            .retryAfter(30)
            .asException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the service is being stopped");
    }
  }

  private ProblemException endless() {
    return Problem.of(
            ProblemKind.BODY_TOO_LARGE,
            "line "
                + lineNumber
                + " does not end within "
                + MAX_READ_BYTES / (1024 * 1024)
                + " MiB, and nothing after it is read; each line is one JSON object of at most "
                + MAX_LINE_BYTES / (1024 * 1024)
                + " MiB")
        .with("limit", MAX_LINE_BYTES + " bytes")
        .asException();
  }

  private ProblemException tooSlow() {
    return Problem.of(
            ProblemKind.TOO_SLOW,
            "line "
                + lineNumber
                + " took more than "
                + LINE_TIME.toSeconds()
                + " s to come; send large images one by one, or from nearer by")
        .asException();
  }

  /** A line without its line feed. */
  final class Line {

    private final long number;
    private final boolean isTooLong;
    private final int length;
    private byte[] bytes;
    private boolean holdsPermit;

    private Line(long number, byte[] bytes, int length, boolean isTooLong, boolean holdsPermit) {
      this.number = number;
      this.bytes = bytes;
      this.length = length;
      this.isTooLong = isTooLong;
      this.holdsPermit = holdsPermit;
    }

    private boolean isBlank() {
      for (int i = 0; i < length; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
          return false;
        }
      }
      return !isTooLong;
    }

    /** Its place in the body, from 1; empty lines count. */
    long line() {
      return number;
    }

    /** What it holds in memory, in bytes. */
    int sizeBytes() {
      return length;
    }

    /**
     * What it says.
     *
     * @throws ProblemException where it cannot be taken
     */
    Submission submission(Principal sender) {
      if (isTooLong) {
        throw Problem.of(
                ProblemKind.BODY_TOO_LARGE,
                "the line is longer than "
                    + MAX_LINE_BYTES / (1024 * 1024)
                    + " MiB; the largest image that is taken has 8 MiB")
            .with("limit", MAX_LINE_BYTES + " bytes")
            .asException();
      }
      try {
        return PairJson.readLine(bytes, length).submission(sender);
      } finally {
        bytes = NOTHING;
        release();
      }
    }

    /** To be called when nothing of it is needed any more. */
    void release() {
      if (holdsPermit) {
        holdsPermit = false;
        longLines.giveBack(producer);
      }
    }
  }
}
