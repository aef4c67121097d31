package io.pairstream.ingest.publish;

import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.SharedBudget;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A batch: one JSON object per line, as {@code POST /v1/pairs} takes it. Empty lines count and are
 * passed over. A line that cannot be read is an input that cannot be taken; the next one is read
 * all the same, unless the line goes on and on. Not thread-safe.
 */
final class JsonLinesBody {

  /** Longest line: what a single pair's body may be. */
  static final int MAX_LINE_BYTES = (int) PairRoutes.MAX_BODY_BYTES;

  /** Bytes above which a line needs one of the places, of which there are few. */
  private static final int LONG_LINE_BYTES = 1024 * 1024;

  /** Bytes at which reading ends: so long a line is not meant as one. */
  private static final int MAX_READ_BYTES = 2 * MAX_LINE_BYTES;

  /** Longest time that a long line waits for a place. */
  private static final Duration WAIT = Duration.ofMinutes(4);

  private static final byte[] NOTHING = new byte[0];
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FIRST_LINE_BYTES = 8 * 1024;

  private final InputStream body;
  private final Quota quota;
  private final Principal sender;
  private final SharedBudget longLines;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int from;
  private int to;
  private long lineNumber;

  /** Time to wait for the bytes read so far: waited while no shared room is held. */
  private Duration debt = Duration.ZERO;

  /**
   * @param longLines places for lines above {@link #LONG_LINE_BYTES}, which all batches share; a
   *     line keeps its place until it is understood or released
   * @param sender whose quota the bytes count against as they come, whatever is made of them
   */
  JsonLinesBody(InputStream body, Quota quota, Principal sender, SharedBudget longLines) {
    this.body = body;
    this.quota = quota;
    this.sender = sender;
    this.longLines = longLines;
  }

  /**
   * The next line that is not empty; nothing at the end.
   *
   * @throws IOException where the body stops before its end
   * @throws Problem where the body is no batch from here on
   */
  Optional<Line> next() throws IOException {
    while (fill()) {
      // Here no line of this body holds a place.
      Duration due = debt;
      debt = Duration.ZERO;
      pause(due);
      Line line = new Line(++lineNumber);
      boolean whole = false;
      try {
        line.read();
        whole = true;
      } finally {
        if (!whole) {
          line.release();
        }
      }
      if (!line.isBlank()) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  /** Makes at least one byte available. @return false at the body's end */
  private boolean fill() throws IOException {
    if (from < to) {
      return true;
    }
    from = 0;
    to = Math.max(0, body.read(buffer));
    if (to > 0) {
      debt = quota.charge(sender, 0, to);
    }
    return to > 0;
  }

  static void pause(Duration time) throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the service is being stopped");
    }
  }

  /** A line without its line feed. */
  final class Line {

    private final long number;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean isTooLong;
    private boolean isLong;

    private Line(long number) {
      this.number = number;
    }

    private void read() throws IOException {
      long read = 0;
      boolean ended = false;
      while (!ended && fill()) {
        int end = from;
        while (end < to && buffer[end] != '\n') {
          end++;
        }
        ended = end < to;
        read += end - from;
        if (read > MAX_READ_BYTES) {
          throw problem(
                  ProblemKind.BODY_TOO_LARGE,
                  "does not end within 24 MiB, and nothing after it is read; each line is one JSON"
                      + " object of at most 12 MiB")
              .with("limit", MAX_LINE_BYTES + " bytes");
        }
        if (read > MAX_LINE_BYTES) {
          isTooLong = true;
          length = 0;
          release();
        } else {
          if (read > LONG_LINE_BYTES && !isLong) {
            takePlace();
          }
          keep(end - from, ended);
        }
        from = ended ? end + 1 : end;
      }
    }

    /**
     * Appends to the line. The buffer of a finished line grows to what it needs, of others to
     * double.
     */
    private void keep(int count, boolean ended) {
      int needed = length + count;
      if (needed > bytes.length) {
        int grown = Math.max(Math.max(2 * bytes.length, FIRST_LINE_BYTES), needed);
        bytes = Arrays.copyOf(bytes, ended ? needed : Math.min(grown, MAX_LINE_BYTES));
      }
      System.arraycopy(buffer, from, bytes, length, count);
      length = needed;
    }

    private void takePlace() throws IOException {
      try {
        if (!longLines.take(sender.producer(), 1, WAIT)) {
          throw problem(
                  ProblemKind.OVERLOADED,
                  "and what follows it is to be sent again later: too many lines of more than 1 MiB"
                      + " are under way")
              .retryAfter(30);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the service is being stopped");
      }
      isLong = true;
    }

    private Problem problem(ProblemKind kind, String what) {
      return Problem.of(kind, "line " + number + " " + what);
    }

    private boolean isBlank() {
      for (int i = 0; i < length; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
          return false;
        }
      }
      return !isTooLong;
    }

    /** Number of the line in the body, from 1; empty lines count. */
    long number() {
      return number;
    }

    /** Memory held by the line, in bytes. */
    int sizeBytes() {
      return length;
    }

    /** Parses the line. @throws Problem for a line that is not a pair */
    PairForm form() {
      if (isTooLong) {
        throw Problem.of(
                ProblemKind.BODY_TOO_LARGE,
                "the line is longer than 12 MiB; the largest image that is taken has 8 MiB")
            .with("limit", MAX_LINE_BYTES + " bytes");
      }
      try {
        return PairBody.json(bytes, length, "the line");
      } finally {
        release();
      }
    }

    /** To be called when nothing of it is needed any more. */
    void release() {
      bytes = NOTHING;
      if (isLong) {
        isLong = false;
        longLines.giveBack(sender.producer(), 1);
      }
    }
  }
}
