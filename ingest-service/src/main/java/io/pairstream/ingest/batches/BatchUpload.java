package io.pairstream.ingest.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.pairs.PairForm;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.publish.Published;
import io.pairstream.ingest.publish.Submission;
import io.pairstream.schemas.BatchInput;
import io.pairstream.schemas.BatchPart;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Outgoing;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemException;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch on its way in. Three threads pass it on: the caller's reads inputs and hands them to
 * the intake, one settles them in order, one sends the results.
 *
 * <p>A result is sent only after Kafka has the input, and the part of the batch's log that names
 * it: what a client has read is true, and stands in the batch, whatever happens then. A connection
 * that is cut ends the reading; what was handed over until then is settled.
 */
final class BatchUpload {

  private static final Logger LOG = LoggerFactory.getLogger(BatchUpload.class);

  static final String MEDIA_TYPE = "application/jsonl";

  /** Inputs of one part of the batch's log. */
  private static final int PART_INPUTS = 500;

  /** How long a settled input may wait for others to share its part. */
  private static final Duration PART_AGE = Duration.ofMillis(100);

  /** An open batch says so at least this often; see {@link BatchTally.State}. */
  static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);

  /** How long a client that has sent everything may take to read its results, and how slowly. */
  private static final Duration UNREAD = Duration.ofSeconds(60);

  private static final long SLOWEST_READER_BYTES_PER_SECOND = 8 * 1024;
  private static final int SEND_BYTES = 16 * 1024;
  private static final int MAX_DETAIL_CHARACTERS = 500;

  private final Intake intake;
  private final BatchLog log;
  private final BatchLimits limits;
  private final Quota quota;
  private final Clock clock;
  private final Principal sender;
  private final String batchId;
  private final BlockingQueue<Pending> pending =
      new ArrayBlockingQueue<>(BatchLimits.INPUTS_IN_FLIGHT);
  private volatile Optional<Problem> stopped = Optional.empty();
  private long inputs;
  private long taken;

  BatchUpload(
      Intake intake,
      BatchLog log,
      BatchLimits limits,
      Quota quota,
      Clock clock,
      Principal sender,
      String batchId) {
    this.intake = intake;
    this.log = log;
    this.limits = limits;
    this.quota = quota;
    this.clock = clock;
    this.sender = sender;
    this.batchId = batchId;
  }

  /** An input that was handed over; without {@code taken}, the end of all. */
  private record Pending(long line, Optional<CompletableFuture<Published>> taken, boolean whole) {}

  /** An input of which it is known what became. */
  private record Settled(BatchInput input, ObjectNode result) {}

  /**
   * Takes a batch; returns once everything is settled and the results are sent.
   *
   * @param spool where results wait for the client, empty; whoever opened it closes it
   * @throws ProblemException where the batch cannot be begun
   * @throws IOException where the client is gone
   */
  void run(JsonLinesBody body, Outgoing out, ResultSpool spool) throws IOException {
    write(List.of(), false, false);
    OutputStream answer = out.begin(200, MEDIA_TYPE, Map.of("Location", statusUrl()));
    spool.add(line(object().put("batch_id", batchId).put("status_url", statusUrl())));
    Thread sending = start("batch-results", () -> send(spool, answer));
    Thread settling = start("batch-settle", () -> settle(spool));
    boolean whole = false;
    try {
      whole = read(body);
    } finally {
      put(new Pending(0, Optional.empty(), whole));
      join(settling, Duration.ZERO);
      // As long as it reads, and not too slowly.
      join(sending, UNREAD.plusSeconds(spool.unread() / SLOWEST_READER_BYTES_PER_SECOND));
    }
  }

  /** Reads to the end, or until the batch is given up; says whether the end was reached. */
  private boolean read(JsonLinesBody body) throws IOException {
    long count = 0;
    try {
      while (stopped.isEmpty()) {
        Optional<JsonLinesBody.Line> next = body.next();
        if (next.isEmpty()) {
          return true;
        }
        if (++count > BatchLimits.MAX_INPUTS) {
          next.get().release();
          throw Problem.of(
                  ProblemKind.BODY_TOO_LARGE,
                  "a batch has at most "
                      + BatchLimits.MAX_INPUTS
                      + " inputs; send the rest in a batch of its own")
              .asException();
        }
        Duration debt = handOver(next.get());
        // Only now, when the input holds nothing any more that others wait for.
        SentBytes.pause(debt);
      }
    } catch (ProblemException e) {
      stopped = Optional.of(e.problem());
    }
    return false;
  }

  /** Hands an input to the intake; returns how long its sender is to wait for it. */
  private Duration handOver(JsonLinesBody.Line input) throws IOException {
    int bytes = input.sizeBytes();
    Duration debt = quota.charge(sender, 1, 0);
    limits.enter(bytes);
    CompletableFuture<Published> result;
    try {
      PairForm form = input.form();
      Submission submission = form.submission(sender);
      if (form.extraBytes() > 0) {
        debt = quota.charge(sender, 0, form.extraBytes());
      }
      result = intake.take(submission, sender.producer(), batchId);
    } catch (RuntimeException | Error e) {
      result = CompletableFuture.failedFuture(e);
    }
    input.release();
    var unused = result.whenComplete((done, failure) -> limits.leave(bytes));
    put(new Pending(input.number(), Optional.of(result), false));
    return debt;
  }

  private void settle(ResultSpool spool) {
    boolean ended = false;
    try {
      boolean whole = settleAll(spool);
      ended = true;
      write(List.of(), true, whole);
      spool.add(line(totals(stopped.map(Problem::json).orElseGet(BatchUpload::object), whole)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      Problem problem = problem(e);
      stopped = Optional.of(problem);
      try {
        spool.add(line(totals(problem.json(), false)));
      } catch (UncheckedIOException again) {
        LOG.error("batch {} ends without its last line: {}", batchId, again.getMessage());
      }
      while (!ended) {
        // Whoever reads must not wait for room here.
        ended = takePending().taken().isEmpty();
      }
    } finally {
      spool.end();
    }
  }

  /** Settles input by input; returns at the end whether the batch is whole. */
  private boolean settleAll(ResultSpool spool) throws InterruptedException {
    List<Settled> group = new ArrayList<>();
    long openedAt = System.nanoTime();
    while (true) {
      Duration timeout = group.isEmpty() ? SIGN_OF_LIFE : left(openedAt);
      Pending next = pending.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      boolean isEnd = next != null && next.taken().isEmpty();
      // An empty part is a sign of life.
      if (next == null
          || isEnd
          || (!group.isEmpty() && !isDone(next.taken().get(), left(openedAt)))) {
        settle(group, spool);
      }
      if (isEnd) {
        return next.whole();
      }
      if (next != null) {
        Settled settled = settled(next.line(), next.taken().get());
        openedAt = group.isEmpty() ? System.nanoTime() : openedAt;
        group.add(settled);
        if (group.size() >= PART_INPUTS) {
          settle(group, spool);
        }
      }
    }
  }

  private static Duration left(long sinceNanos) {
    Duration left = PART_AGE.minusNanos(System.nanoTime() - sinceNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static boolean isDone(CompletableFuture<Published> result, Duration timeout)
      throws InterruptedException {
    try {
      var unused = result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private Settled settled(long line, CompletableFuture<Published> result) {
    inputs++;
    ObjectNode json = object().put("line", line);
    BatchInput.Builder input = BatchInput.newBuilder().setLine(line);
    try {
      Published done = result.join();
      taken++;
      json.put("id", done.id())
          .put("kind", done.kind())
          .put("status", PairRoutes.status(done))
          .put("status_url", PairRoutes.statusUrl(done));
      input.setId(done.id());
    } catch (CompletionException e) {
      Problem problem = problem(e);
      json.put("id", "").setAll(problem.json());
      String detail = problem.detail();
      input
          .setProblem(problem.kind().type())
          .setDetail(
              detail.length() <= MAX_DETAIL_CHARACTERS
                  ? detail
                  : detail.substring(0, MAX_DETAIL_CHARACTERS) + "…");
    }
    return new Settled(input.build(), json);
  }

  private Problem problem(Throwable failure) {
    if (Problem.causeOf(failure) instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("an input of batch {} failed", batchId, failure);
    return Problem.of(ProblemKind.INTERNAL, "this is a fault of ours");
  }

  /** The log first, then the client. */
  private void settle(List<Settled> group, ResultSpool spool) {
    write(group.stream().map(Settled::input).toList(), false, false);
    group.forEach(settled -> spool.add(line(settled.result())));
    group.clear();
  }

  private void write(List<BatchInput> settled, boolean closed, boolean whole) {
    log.write(
        BatchPart.newBuilder()
            .setBatchId(batchId)
            .setProducer(sender.producer())
            .setInputs(settled)
            .setClosed(closed)
            .setWhole(whole)
            .setReceivedAt(clock.instant())
            .build());
  }

  private void send(ResultSpool spool, OutputStream answer) {
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
      LOG.debug("batch {}: the client does not take its results", batchId);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ObjectNode totals(ObjectNode onto, boolean whole) {
    return onto.put("batch_id", batchId)
        .put("inputs", inputs)
        .put("taken", taken)
        .put("refused", inputs - taken)
        .put("whole", whole)
        .put("status_url", statusUrl());
  }

  private String statusUrl() {
    return "/v1/batches/" + batchId;
  }

  private static ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }

  private static byte[] line(ObjectNode json) {
    return (json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void put(Pending next) throws IOException {
    try {
      pending.put(next);
    } catch (InterruptedException e) {
      throw stopping(e);
    }
  }

  private Pending takePending() {
    try {
      return pending.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Pending(0, Optional.empty(), false);
    }
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = Threads.daemon(name, task);
    thread.start();
    return thread;
  }

  /**
   * @param timeout zero for no limit
   */
  private static void join(Thread thread, Duration timeout) throws IOException {
    try {
      thread.join(timeout.toMillis());
    } catch (InterruptedException e) {
      throw stopping(e);
    }
    if (thread.isAlive()) {
      thread.interrupt();
      throw new IOException("the client does not read its results");
    }
  }

  private static IOException stopping(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IOException("the service is being stopped", cause);
  }
}
