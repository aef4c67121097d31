package io.pairstream.ingest.batches;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.pairs.PairRoutes;
import io.pairstream.ingest.pairs.Submission;
import io.pairstream.ingest.publish.Published;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
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

  /** An open batch says so at least this often; see {@link BatchState}. */
  static final Duration SIGN_OF_LIFE = Duration.ofSeconds(30);

  /** How long a client that has sent everything may leave its results unread. */
  private static final Duration UNREAD = Duration.ofSeconds(60);

  /** How fast such a client must read on the whole, once that long has passed. */
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
  private final BlockingQueue<Pending> pending = new LinkedBlockingQueue<>();
  private volatile Optional<Problem> stopped = Optional.empty();
  private volatile long sentAtNanos = System.nanoTime();
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

  /** An input that was handed over; the last one stands for the end. */
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
    log.write(part(List.of(), clock.instant(), false, false));
    OutputStream answer = out.begin(200, MEDIA_TYPE, Map.of("Location", statusUrl()));
    spool.add(line(head()));
    Thread sending = start("batch-results", () -> send(spool, answer));
    Thread settling = start("batch-settle", () -> settle(spool));
    try {
      boolean whole = read(body);
      end(whole);
    } catch (IOException | RuntimeException | Error e) {
      end(false);
      throw e;
    } finally {
      join(settling);
      awaitReader(spool, sending);
    }
  }

  /** Reads to the end, or until the batch is given up; says whether the end was reached. */
  private boolean read(JsonLinesBody body) throws IOException {
    long count = 0;
    while (stopped.isEmpty()) {
      Optional<JsonLinesBody.Line> next;
      try {
        next = body.next();
      } catch (ProblemException e) {
        stopped = Optional.of(e.problem());
        return false;
      }
      if (next.isEmpty()) {
        return true;
      }
      if (++count > BatchLimits.MAX_INPUTS) {
        next.get().release();
        stopped =
            Optional.of(
                Problem.of(
                    ProblemKind.BODY_TOO_LARGE,
                    "a batch has at most "
                        + BatchLimits.MAX_INPUTS
                        + " inputs; send the rest in a batch of its own"));
        return false;
      }
      handOver(next.get());
    }
    return false;
  }

  private void handOver(JsonLinesBody.Line input) {
    int bytes = input.sizeBytes();
    Duration debt = quota.charge(sender, 1, 0);
    limits.takePlace();
    limits.takeBytes(bytes);
    CompletableFuture<Published> result;
    try {
      Submission submission = input.submission(sender);
      if (submission.extraBytes() > 0) {
        debt = quota.charge(sender, 0, submission.extraBytes());
      }
      result = intake.take(submission, sender.producer(), batchId);
    } catch (ProblemException e) {
      result = CompletableFuture.failedFuture(e);
    } catch (RuntimeException | Error e) {
      LOG.error("an input of batch {} failed", batchId, e);
      result =
          CompletableFuture.failedFuture(
              Problem.of(ProblemKind.INTERNAL, "this is a fault of ours").asException());
    }
    var unused =
        result.whenComplete(
            (done, failure) -> {
              limits.giveBackBytes(bytes);
              input.release();
            });
    pending.add(new Pending(input.line(), Optional.of(result), false));
    // Only now, when the input holds nothing any more that others wait for.
    SentBytes.pause(debt);
  }

  private void end(boolean whole) {
    pending.add(new Pending(0, Optional.empty(), whole));
  }

  private void settle(ResultSpool spool) {
    try {
      boolean whole = settleAll(spool);
      ObjectNode last = stopped.map(Problem::json).orElseGet(Json.MAPPER::createObjectNode);
      log.write(part(List.of(), clock.instant(), true, whole));
      spool.add(line(totals(last, whole)));
    } catch (ProblemException e) {
      giveUp(spool, e.problem());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.error("batch {} failed", batchId, e);
      giveUp(spool, Problem.of(ProblemKind.INTERNAL, "this is a fault of ours"));
    } finally {
      spool.end();
    }
  }

  /**
   * Ends the batch with a problem; its places are other batches' whether that can be said or not.
   */
  private void giveUp(ResultSpool spool, Problem problem) {
    stopped = Optional.of(problem);
    try {
      spool.add(line(totals(problem.json(), false)));
    } catch (UncheckedIOException e) {
      LOG.error("batch {} ends without its last line: {}", batchId, e.getMessage());
    } finally {
      leavePlaces();
    }
  }

  /** Settles input by input; returns at the end whether the batch is whole. */
  private boolean settleAll(ResultSpool spool) throws InterruptedException {
    List<Settled> group = new ArrayList<>();
    long openedAt = System.nanoTime();
    while (true) {
      Duration timeout = group.isEmpty() ? SIGN_OF_LIFE : left(PART_AGE, openedAt);
      Pending next = pending.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null) {
        write(group, spool);
        continue;
      }
      if (next.taken().isEmpty()) {
        write(group, spool);
        return next.whole();
      }
      limits.leavePlace();
      if (!group.isEmpty() && !isDone(next.taken().get(), left(PART_AGE, openedAt))) {
        write(group, spool);
      }
      Settled settled = settled(next.line(), next.taken().get());
      if (group.isEmpty()) {
        openedAt = System.nanoTime();
      }
      group.add(settled);
      if (group.size() >= PART_INPUTS) {
        write(group, spool);
      }
    }
  }

  private static Duration left(Duration of, long sinceNanos) {
    Duration left = of.minusNanos(System.nanoTime() - sinceNanos);
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
    ObjectNode json = Json.MAPPER.createObjectNode().put("line", line);
    BatchInput.Builder input = BatchInput.newBuilder().setLine(line);
    try {
      Published done = result.join();
      taken++;
      json.put("id", done.id())
          .put("kind", PairRoutes.kind(done))
          .put("status", PairRoutes.status(done))
          .put("status_url", PairRoutes.statusUrl(done));
      input.setId(done.id());
    } catch (CompletionException e) {
      Problem problem = problem(e);
      json.put("id", "").setAll(problem.json());
      input.setProblem(problem.kind().type()).setDetail(shortened(problem.detail()));
    }
    return new Settled(input.build(), json);
  }

  private Problem problem(CompletionException failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("an input of batch {} failed", batchId, cause);
    return Problem.of(ProblemKind.INTERNAL, "this is a fault of ours");
  }

  /** The log first, then the client; an empty part is a sign of life. */
  private void write(List<Settled> group, ResultSpool spool) {
    log.write(part(group.stream().map(Settled::input).toList(), clock.instant(), false, false));
    group.forEach(settled -> spool.add(line(settled.result())));
    group.clear();
  }

  /** Gives back what inputs hold whose results nobody will learn here. */
  private void leavePlaces() {
    while (true) {
      Pending next;
      try {
        next = pending.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (next.taken().isEmpty()) {
        return;
      }
      limits.leavePlace();
    }
  }

  private void send(ResultSpool spool, OutputStream answer) {
    byte[] bytes = new byte[SEND_BYTES];
    try {
      for (int count = spool.take(bytes); count >= 0; count = spool.take(bytes)) {
        answer.write(bytes, 0, count);
        sentAtNanos = System.nanoTime();
        if (spool.isEmpty()) {
          answer.flush();
          sentAtNanos = System.nanoTime();
        }
      }
    } catch (IOException e) {
      // The client is gone; reading its body will say so too, or has ended.
      LOG.debug("batch {}: the client does not take its results", batchId);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the client to read its results, as long as it reads, and not too slowly. */
  private void awaitReader(ResultSpool spool, Thread sending) throws IOException {
    long begun = System.nanoTime();
    sentAtNanos = begun;
    Duration timeout = UNREAD.plusSeconds(spool.unread() / SLOWEST_READER_BYTES_PER_SECOND);
    try {
      while (sending.isAlive()) {
        sending.join(500);
        long now = System.nanoTime();
        if (sending.isAlive()
            && (now - sentAtNanos > UNREAD.toNanos() || now - begun > timeout.toNanos())) {
          sending.interrupt();
          throw new IOException("the client does not read its results");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the service is being stopped", e);
    }
  }

  private BatchPart part(
      List<BatchInput> settled, Instant receivedAt, boolean closed, boolean whole) {
    return BatchPart.newBuilder()
        .setBatchId(batchId)
        .setProducer(sender.producer())
        .setInputs(settled)
        .setClosed(closed)
        .setWhole(whole)
        .setReceivedAt(receivedAt)
        .build();
  }

  private ObjectNode head() {
    return Json.MAPPER.createObjectNode().put("batch_id", batchId).put("status_url", statusUrl());
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

  private static byte[] line(ObjectNode json) {
    byte[] bytes = Json.bytes(json);
    byte[] line = Arrays.copyOf(bytes, bytes.length + 1);
    line[bytes.length] = '\n';
    return line;
  }

  private static String shortened(String detail) {
    return detail.length() <= MAX_DETAIL_CHARACTERS
        ? detail
        : detail.substring(0, MAX_DETAIL_CHARACTERS) + "…";
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = Threads.daemon(name, task);
    thread.start();
    return thread;
  }

  private static void join(Thread thread) throws IOException {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the service is being stopped", e);
    }
  }
}
