package io.pairstream.ingest.publish;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.http.Handler.Outgoing;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.SharedBudget;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch on its way in. The caller's thread reads inputs and hands them to the intake; their
 * results are written in order as Kafka confirms them, and sent on a thread of their own.
 *
 * <p>A result is sent only after Kafka has the input. A connection that is cut ends the reading;
 * what was handed over until then is still confirmed.
 */
final class BatchUpload {

  private static final Logger LOG = LoggerFactory.getLogger(BatchUpload.class);

  static final String MEDIA_TYPE = "application/jsonl";

  /** Longest time that an input waits for its sender's earlier pictures. */
  private static final Duration WAIT = Duration.ofMinutes(4);

  /**
   * Time for a client that has sent everything to read its results, then the slowest allowed rate.
   */
  private static final Duration UNREAD = Duration.ofSeconds(60);

  private static final long SLOWEST_READER_BYTES_PER_SECOND = 8 * 1024;
  private static final int SEND_BYTES = 16 * 1024;

  /** Receives inputs, with their producer: {@link PairIntake#take}. */
  private final BiFunction<SpecificRecord, String, CompletableFuture<Published>> intake;

  private final Limits limits;
  private final Quota quota;
  private final SenderLanes lanes;
  private final ExecutorService threads;
  private final Principal sender;
  private final ResultSpool spool;

  /** Completes when the results of all inputs so far are in the spool. */
  private CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);

  private long inputs;
  private long taken;

  /**
   * Limits on what all batches of an instance have in flight to Kafka. A batch without room stops
   * reading. Thread-safe.
   *
   * @param longLines places for lines that are long; each is held while the line is read and parsed
   */
  record Limits(SharedBudget longLines, Semaphore kib) {

    /** Most inputs of one batch. */
    static final int MAX_INPUTS = 100_000;

    private static final int KIB_IN_FLIGHT = 64 * 1024;

    /** Least weight of an input in KiB: 1024 inputs may be in flight. */
    private static final int LEAST_KIB = 64;

    private static final int LONG_LINES = 4;

    Limits() {
      this(new SharedBudget(LONG_LINES), new Semaphore(KIB_IN_FLIGHT, true));
    }

    private static int kib(int bytes) {
      return Math.max(LEAST_KIB, bytes / 1024 + 1);
    }
  }

  /**
   * @param spool where results wait for the client, empty; the caller closes it
   */
  BatchUpload(
      BiFunction<SpecificRecord, String, CompletableFuture<Published>> intake,
      Limits limits,
      Quota quota,
      SenderLanes lanes,
      ExecutorService threads,
      Principal sender,
      ResultSpool spool) {
    this.intake = intake;
    this.limits = limits;
    this.quota = quota;
    this.lanes = lanes;
    this.threads = threads;
    this.sender = sender;
    this.spool = spool;
  }

  /**
   * Takes a batch; returns once every input has its result, and the client has them.
   *
   * @throws IOException where the client is gone, or the results find no room on disk
   */
  void run(JsonLinesBody body, Outgoing out) throws IOException {
    OutputStream answer = out.begin(200, MEDIA_TYPE, Map.of());
    Future<?> sending = threads.submit(() -> send(answer));
    try {
      Problem early = read(body).orElse(null);
      answered = answered.thenRunAsync(() -> spool.add(totals(early)), threads);
    } finally {
      answered.handle((done, failure) -> null).join();
      spool.end();
    }
    // As long as it reads, and not too slowly.
    await(sending, UNREAD.plusSeconds(spool.unread() / SLOWEST_READER_BYTES_PER_SECOND));
    if (answered.isCompletedExceptionally()) {
      throw new IOException("the results of a batch find no room on disk");
    }
  }

  /** Reads the batch to its end. @return the problem that ended it early */
  private Optional<Problem> read(JsonLinesBody body) throws IOException {
    try {
      long count = 0;
      for (Optional<JsonLinesBody.Line> next = body.next(); next.isPresent(); next = body.next()) {
        if (++count > Limits.MAX_INPUTS) {
          next.get().release();
          return Optional.of(
              Problem.of(
                  ProblemKind.BODY_TOO_LARGE,
                  "a batch has at most "
                      + Limits.MAX_INPUTS
                      + " inputs; send the rest in a batch of its own"));
        }
        Duration debt = submit(next.get());
        if (answered.isCompletedExceptionally()) {
          throw new IOException("the results of a batch find no room on disk");
        }
        // Only now, when the input holds nothing any more that others wait for.
        JsonLinesBody.pause(debt);
      }
      return Optional.empty();
    } catch (Problem e) {
      return Optional.of(e);
    }
  }

  /**
   * Passes an input to the intake.
   *
   * @return how long its sender has to wait for it
   */
  private Duration submit(JsonLinesBody.Line input) {
    int kib = Limits.kib(input.sizeBytes());
    long number = input.number();
    Duration debt = quota.charge(sender, 1, 0);
    limits.kib().acquireUninterruptibly(kib);
    CompletableFuture<Published> result;
    try {
      PairForm.Submission submission = input.form().submission(sender);
      long extraBytes = submission.extraBytes();
      if (submission.record() instanceof RawPair pair && extraBytes > 0) {
        debt = quota.charge(sender, 0, extraBytes);
        await(lanes.enter(sender.producer(), pair, extraBytes, WAIT), kib);
      }
      result = intake.apply(submission.record(), sender.producer());
    } catch (RuntimeException | Error e) {
      result = CompletableFuture.failedFuture(e);
    }
    input.release();
    CompletableFuture<ObjectNode> line =
        result.handle(
            (done, failure) -> {
              limits.kib().release(kib);
              return failure == null ? taken(number, done) : refused(number, failure);
            });
    answered = answered.thenAcceptBothAsync(line, (before, json) -> answer(json), threads);
    return debt;
  }

  /** Waits for a lane, meanwhile giving its room to other batches. */
  private void await(CompletableFuture<Void> lane, int kib) {
    if (!lane.isDone()) {
      limits.kib().release(kib);
      try {
        lane.join();
      } finally {
        limits.kib().acquireUninterruptibly(kib);
      }
    }
  }

  private void answer(ObjectNode result) {
    inputs++;
    if (result.has("kind")) {
      taken++;
    }
    spool.add(line(result));
  }

  private static ObjectNode taken(long number, Published done) {
    return result(number, done.id())
        .put("kind", done.kind())
        .put("status", PairRoutes.status(done))
        .put("status_url", PairRoutes.statusUrl(done));
  }

  private static ObjectNode refused(long number, Throwable failure) {
    ObjectNode result = result(number, "");
    if (Problem.causeOf(failure) instanceof Problem known) {
      return result.setAll(known.json());
    }
    LOG.error("line {} of a batch failed", number, failure);
    return result.setAll(Problem.of(ProblemKind.INTERNAL, "this is a fault of ours").json());
  }

  private static ObjectNode result(long number, String id) {
    return Json.MAPPER.createObjectNode().put("line", number).put("id", id);
  }

  private byte[] totals(Problem early) {
    return line(
        (early == null ? Json.MAPPER.createObjectNode() : early.json())
            .put("inputs", inputs)
            .put("taken", taken)
            .put("refused", inputs - taken)
            .put("whole", early == null));
  }

  private static byte[] line(ObjectNode json) {
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void send(OutputStream answer) {
    byte[] bytes = new byte[SEND_BYTES];
    try {
      for (int count = spool.take(bytes); count >= 0; count = spool.take(bytes)) {
        answer.write(bytes, 0, count);
        if (spool.unread() == 0) {
          answer.flush();
        }
      }
    } catch (IOException e) {
      // The client is gone; reading its body will say so too, or has ended.
      LOG.debug("a client does not take the results of its batch");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Future<?> sending, Duration timeout) throws IOException {
    try {
      sending.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      sending.cancel(true);
      throw new IOException("the client does not read its results", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the service is being stopped", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Results on their way to a client, in a temporary file. Many clients send everything before they
   * read anything; were the batch to wait for them, neither side would continue. Thread-safe.
   */
  static final class ResultSpool implements AutoCloseable {

    private final FileChannel file;
    private long written;
    private long sent;
    private boolean isEnded;

    private ResultSpool(FileChannel file) {
      this.file = file;
    }

    /**
     * Begins an empty one in a folder; its file has no name any more, and goes with the process.
     */
    static ResultSpool open(Path folder) throws IOException {
      Path path = Files.createTempFile(folder, "batch", ".jsonl");
      FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Files.delete(path);
      return new ResultSpool(file);
    }

    /**
     * Adds bytes at the end, all or none.
     *
     * @throws UncheckedIOException where the disk does not take them
     */
    synchronized void add(byte[] bytes) {
      try {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        long end = written;
        while (left.hasRemaining()) {
          end += file.write(left, end);
        }
        written = end;
      } catch (IOException e) {
        throw new UncheckedIOException("a batch's results cannot be kept on disk", e);
      }
      notifyAll();
    }

    /** Nothing more is added. */
    synchronized void end() {
      isEnded = true;
      notifyAll();
    }

    /**
     * Takes bytes from the front; waits for some where there are none.
     *
     * @return how many; -1 at the end
     */
    synchronized int take(byte[] into) throws IOException, InterruptedException {
      while (sent == written) {
        if (isEnded) {
          return -1;
        }
        wait();
      }
      int most = (int) Math.min(into.length, written - sent);
      int count = file.read(ByteBuffer.wrap(into, 0, most), sent);
      sent += count;
      return count;
    }

    /** Bytes that were added and are not taken yet. */
    synchronized long unread() {
      return written - sent;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
