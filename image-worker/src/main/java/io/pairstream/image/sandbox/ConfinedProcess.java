package io.pairstream.image.sandbox;

import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One running child process that answers requests, in a sandbox and under deadlines; speaks {@link
 * WorkerProtocol}. Used by one thread at a time; {@link #kill()} may come from any.
 */
public final class ConfinedProcess {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Most bytes that are read from a dead process's stderr. */
  private static final int MOST_LAST_WORDS = 1 << 20;

  /** Time for the system to remove a process that got SIGKILL. */
  private static final long BURIAL_SECONDS = 30;

  private final Process process;
  private final long token;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private final InputStream words;
  private final ImageWindow window;

  private volatile boolean retired;

  private ConfinedProcess(Process process, long token, ImageWindow window) {
    this.process = process;
    this.token = token;
    this.window = window;
    requests =
        new DataOutputStream(new BufferedOutputStream(process.getOutputStream(), BUFFER_BYTES));
    // Its own buffer holds a part of an answer only.
    answers = new DataInputStream(new BufferedInputStream(process.getInputStream(), BUFFER_BYTES));
    words = process.getErrorStream();
  }

  /** A worker has died, or was killed because it was late or its answer odd. */
  public static final class LostException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean late;
    private final boolean worked;
    private final int status;
    private final String words;

    LostException(
        String message, boolean late, boolean worked, int status, String words, Throwable cause) {
      super(message, cause);
      this.late = late;
      this.worked = worked;
      this.status = status;
      this.words = words;
    }

    /**
     * Exit status of the worker; 128 and the signal where one ended it; -1 where it is not known.
     */
    public int status() {
      return status;
    }

    /** The beginning and the end of what it said on stderr. */
    public String words() {
      return words;
    }

    /** Whether the worker was still there when its time was up. */
    public boolean late() {
      return late;
    }

    /** Whether it answered what it may not. */
    public boolean odd() {
      return getCause() instanceof OddAnswerException;
    }

    /** Whether it was late although it had as much of a processor as it may take. */
    public boolean lateAtWork() {
      return late && worked;
    }
  }

  /** An answer, and what was said on stderr meanwhile. */
  public record Reply<T>(T answer, String words) {}

  /** Writes a request. */
  public interface Question {
    /** Writes all of it, and flushes. */
    void writeTo(DataOutputStream requests) throws IOException;
  }

  /** Reads an answer, and judges it: the process is not trusted. */
  public interface Reader<T> {
    /**
     * Reads one answer to its end.
     *
     * @throws OddAnswerException where it may not be given to the request
     */
    T read(DataInputStream answers) throws IOException;
  }

  /**
   * Starts the process; {@link #greet} waits for it.
   *
   * @param wall the wall around it
   * @param command what runs inside
   * @param files what it may read, beside the window
   * @param starter starts it on a thread that outlives it: a launcher ends with the thread that
   *     started it
   */
  static ConfinedProcess launch(
      Sandbox sandbox,
      Wall wall,
      List<String> command,
      long token,
      ImageWindow window,
      List<Path> files,
      Executor starter)
      throws IOException {
    List<Path> readable = new ArrayList<>(files);
    if (!window.argument().isEmpty()) {
      readable.add(Path.of(window.argument()));
    }
    ProcessBuilder builder = sandbox.process(wall, command, readable);
    Process process = start(builder, starter);
    if (!sandbox.hasNamespaces()) {
      var unused = process.onExit().thenAccept(ConfinedProcess::endGroup);
    }
    return new ConfinedProcess(process, token, window);
  }

  /** Ends what a process has left behind, which holds its streams open. */
  private static void endGroup(Process leader) {
    try {
      new ProcessBuilder("sh", "-c", "kill -KILL -" + leader.pid()).start();
    } catch (IOException e) {
      // No shell here: whatever is left ends by itself.
    }
  }

  private static Process start(ProcessBuilder builder, Executor starter) throws IOException {
    try {
      return CompletableFuture.supplyAsync(() -> start(builder), starter).join();
    } catch (RejectedExecutionException e) {
      throw new IOException("the pool is closed", e);
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Waits until the worker is ready for requests, and answers what it said about itself. */
  public String greet(Duration limit) throws LostException {
    try {
      return within(
          limit,
          said -> {
            readWords(WorkerProtocol.mark(token), said);
            return said.text();
          });
    } finally {
      window.forgetFile();
    }
  }

  /**
   * Puts a request, and reads the answer. After an exception this process is dead.
   *
   * @param token the request's; the process marks the end of its words with it
   * @param limit processor time that the answer may take
   */
  public <T> Reply<T> ask(long token, Duration limit, Question question, Reader<T> reader)
      throws LostException {
    return within(
        limit,
        said -> {
          question.writeTo(requests);
          readWords(WorkerProtocol.mark(token), said);
          T answer = judged(reader);
          return new Reply<>(answer, said.text());
        });
  }

  private <T> T judged(Reader<T> reader) throws IOException {
    try {
      return reader.read(answers);
    } catch (RuntimeException e) {
      // Whatever makes a reader stumble; the picture that is known to be good comes this way too.
      throw new OddAnswerException("it cannot be judged: " + e);
    }
  }

  private interface Exchange<T> {
    T with(Words said) throws IOException;
  }

  /**
   * Runs the exchange under the limit: either it ends in time or the worker is killed, never both.
   */
  private <T> T within(Duration limit, Exchange<T> exchange) throws LostException {
    Deadline deadline = new Deadline(process.toHandle(), limit);
    Words said = new Words();
    T answer = null;
    IOException failure = null;
    try {
      answer = exchange.with(said);
    } catch (IOException e) {
      failure = e;
    }
    boolean late = !deadline.met();
    if (failure == null && !late) {
      return answer;
    }
    kill();
    if (failure instanceof OddAnswerException) {
      throw new LostException(
          "its answer is none to this request: " + failure.getMessage(),
          false,
          false,
          -1,
          said.text(),
          failure);
    }
    takeLastWords(said);
    String words = Complaints.presentable(said.text());
    int status = process.isAlive() ? -1 : process.exitValue();
    String message =
        late
            ? (deadline.worked()
                    ? "the worker gave no answer in %d ms of processor time"
                    : "the worker stood still, or had no processor, for %d ms or more")
                .formatted(limit.toMillis())
            : "the worker died"
                + (status < 0 ? "" : " (exit status " + status + ")")
                + (words.isEmpty() ? "" : ": " + words);
    throw new LostException(message, late, late && deadline.worked(), status, said.text(), failure);
  }

  /** Makes every further request to this worker fail. */
  void retire() {
    retired = true;
  }

  /** Whether it may be asked. */
  public boolean isUsable() {
    return !retired && isAlive();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The worker itself, below what launched it. */
  ProcessHandle handle() {
    return process.descendants().reduce((above, below) -> below).orElse(process.toHandle());
  }

  /** Ends the worker at once and waits until it is gone. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    // By its handle: Process.destroyForcibly would also close streams that another thread reads.
    process.toHandle().destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      process.waitFor(BURIAL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Takes what it said before it was killed; something else may hold the stream open, and write.
   */
  private void takeLastWords(Words said) {
    try {
      for (int taken = 0; taken < MOST_LAST_WORDS && words.available() > 0; taken++) {
        said.add(words.read());
      }
    } catch (IOException e) {
      // What came before is what is known.
    }
  }

  /**
   * Reads stderr up to {@code mark} and keeps the text before it.
   *
   * @param mark end of the text; its first byte occurs nowhere else in the mark
   */
  private void readWords(byte[] mark, Words said) throws IOException {
    int matched = 0;
    while (matched < mark.length) {
      int next = words.read();
      if (next < 0) {
        throw new EOFException("the worker closed its stderr");
      }
      if (next == mark[matched]) {
        matched++;
      } else {
        for (int i = 0; i < matched; i++) {
          said.add(mark[i]);
        }
        matched = next == mark[0] ? 1 : 0;
        if (matched == 0) {
          said.add(next);
        }
      }
    }
  }

  /** The beginning and the end of what a process says. */
  private static final class Words {

    private static final int MOST_BYTES = 2048;

    private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
    private final byte[] end = new byte[MOST_BYTES];
    private int more;

    void add(int next) {
      if (beginning.size() < MOST_BYTES) {
        beginning.write(next);
      } else {
        end[more++ % MOST_BYTES] = (byte) next;
      }
    }

    String text() {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(beginning.toByteArray());
      for (int at = Math.max(0, more - MOST_BYTES); at < more; at++) {
        all.write(end[at % MOST_BYTES]);
      }
      return all.toString(StandardCharsets.UTF_8);
    }
  }
}
