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
import java.lang.management.ManagementFactory;
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

  /** Java of this process, which runs the workers too. */
  static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private static final int BUFFER_BYTES = 64 * 1024;

  /** Most bytes of a worker's stderr that are kept; the rest is discarded. */
  private static final int MAX_WORDS_BYTES = 4096;

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

    LostException(String message, boolean late, boolean worked, Throwable cause) {
      super(message, cause);
      this.late = late;
      this.worked = worked;
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
   * @param command what runs inside
   * @param files what it may read, beside the window
   * @param starter starts it on a thread that outlives it: a launcher ends with the thread that
   *     started it
   */
  static ConfinedProcess launch(
      Sandbox sandbox,
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
    ProcessBuilder builder = sandbox.process(command, readable.toArray(Path[]::new));
    return new ConfinedProcess(start(builder, starter), token, window);
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

  /** The command that runs a main class with Java. */
  static List<String> java(
      WorkerSettings settings, Path directory, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(JAVA.toString());
    command.addAll(
        List.of(
            // Small and quick to start: the work is native, and the largest object is the file.
            "-Xms40m",
            "-Xmx96m",
            // A file and its picture are garbage at once: a hundred of them between collections.
            "-Xmn24m",
            "-XX:+UseSerialGC",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:CompressedClassSpaceSize=24m",
            "-Xshare:auto",
            "-XX:-UsePerfData",
            // Die at once and leave little behind.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + directory.resolve("crash.log"),
            // The virtual machine's own messages must not end up between the frames.
            "-XX:+DisplayVMOutputToStderr",
            // Nor among a codec's words, each of which speaks against the image.
            "-Xlog:disable",
            "-Djava.io.tmpdir=" + directory,
            "-Djava.awt.headless=true",
            "-Djna.tmpdir=" + directory,
            "-Djna.nosys=true",
            "-Dorg.bytedeco.javacpp.cachedir=" + settings.natives(),
            // A PointerScope frees what is native; no collector thread has to.
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"));
    // Unset, JavaCPP looks for each library of CUDA in all jars: two thirds of a worker's start.
    command.add("-Dorg.bytedeco.javacpp.platform.extension=");
    command.addAll(compilers(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    command.addAll(settings.jvmOptions());
    command.add("-cp");
    command.add(settings.classPath());
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * A parent that compiles quickly rather than well, since it runs briefly, has a worker that does:
   * nearly half of the processor time of a worker's start is the second compiler's.
   *
   * @param parent the parent's own options
   */
  static List<String> compilers(List<String> parent) {
    return parent.stream().filter(option -> option.startsWith("-XX:TieredStopAtLevel=")).toList();
  }

  /** Waits until the worker is ready for requests, and answers what it said about itself. */
  public String greet(Duration limit) throws LostException {
    try {
      return within(
          limit,
          said -> {
            readWords(WorkerProtocol.mark(token), said);
            return said.toString(StandardCharsets.ISO_8859_1);
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
          return new Reply<>(answer, said.toString(StandardCharsets.ISO_8859_1));
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
    T with(ByteArrayOutputStream said) throws IOException;
  }

  /**
   * Runs the exchange under the limit: either it ends in time or the worker is killed, never both.
   */
  private <T> T within(Duration limit, Exchange<T> exchange) throws LostException {
    Deadline deadline = new Deadline(process.toHandle(), limit);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
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
          "its answer is none to this request: " + failure.getMessage(), false, false, failure);
    }
    throw late
        ? new LostException(
            (deadline.worked()
                    ? "the worker gave no answer in %d ms of processor time"
                    : "the worker stood still, or had no processor, for %d ms or more")
                .formatted(limit.toMillis()),
            true,
            deadline.worked(),
            failure)
        : new LostException("the worker died" + lastWords(said, failure), false, false, failure);
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
  void kill() {
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

  private String lastWords(ByteArrayOutputStream said, IOException cause) {
    try {
      // What it said before it was killed; something else may hold the stream open.
      while (words.available() > 0 && said.size() < MAX_WORDS_BYTES) {
        said.write(words.read());
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    String status = process.isAlive() ? "" : " (exit status " + process.exitValue() + ")";
    String words = Complaints.presentable(said.toString(StandardCharsets.ISO_8859_1));
    return status + (words.isEmpty() ? "" : ": " + words);
  }

  /**
   * Reads stderr up to {@code mark} and keeps the beginning of the text before it.
   *
   * @param mark end of the text; its first byte occurs nowhere else in the mark
   */
  private void readWords(byte[] mark, ByteArrayOutputStream said) throws IOException {
    int matched = 0;
    while (matched < mark.length) {
      int next = words.read();
      if (next < 0) {
        throw new EOFException("the worker closed its stderr");
      }
      if (next == mark[matched]) {
        matched++;
      } else {
        int room = MAX_WORDS_BYTES - said.size();
        said.write(mark, 0, Math.min(matched, room));
        matched = next == mark[0] ? 1 : 0;
        if (matched == 0 && said.size() < MAX_WORDS_BYTES) {
          said.write(next);
        }
      }
    }
  }
}
