package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import io.pairstream.ingest.generate.Generation.Question;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.Published;
import io.pairstream.schemas.SourceKind;
import io.pairstream.service.publish.PairTooLargeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** One run: threads that ask for prompts and publish what comes, at one pace. */
final class GenerationRun implements AutoCloseable {

  /** Prompts in a row that may fail before the API counts as out of order. */
  private static final int MOST_FAILURES_IN_A_ROW = 10;

  /** Answers in a row, for each thread, that may say that there are too many requests. */
  private static final int MOST_BUSY_IN_A_ROW = 10;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

  /** Longest wait that the API may ask for before the run ends instead. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);

  private final GenerationPlan plan;
  private final ImagesApi api;
  private final PairPublisher publisher;
  private final AnsweredPrompts answered;
  private final Path refusedFile;
  private final GenerationListener listener;
  private final Waiting waiting;
  private final RequestPace pace;
  private final Counts counts = new Counts();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private final AtomicInteger busyInARow = new AtomicInteger();
  private volatile boolean stopped;
  private AppendedLines refused;

  GenerationRun(
      GenerationPlan plan,
      ImagesApi api,
      PairPublisher publisher,
      AnsweredPrompts answered,
      Path refusedFile,
      GenerationListener listener,
      Waiting waiting) {
    this.plan = plan;
    this.api = api;
    this.publisher = publisher;
    this.answered = answered;
    this.refusedFile = refusedFile;
    this.listener = listener;
    this.waiting = waiting;
    this.pace = new RequestPace(plan.requestsPerMinute(), waiting);
  }

  /** What was done; see {@link Generation.Result}. */
  record Counts(
      LongAdder published,
      LongAdder imageBytes,
      LongAdder answered,
      LongAdder refused,
      LongAdder unanswered) {

    Counts() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  /** Returns once all have their answer, or throws what stopped one of the threads. */
  Counts ask(List<Question> questions) {
    Queue<Question> open = new ConcurrentLinkedQueue<>(questions);
    ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency());
    try {
      CompletableFuture.allOf(
              Stream.generate(() -> CompletableFuture.runAsync(() -> work(open), threads))
                  .limit(plan.concurrency())
                  .toArray(CompletableFuture<?>[]::new))
          .join();
      return counts;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException problem ? problem : e;
    } finally {
      threads.shutdownNow();
    }
  }

  private void work(Queue<Question> open) {
    try {
      for (Question next = open.poll(); next != null && !stopped; next = open.poll()) {
        settle(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    } catch (RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  /** Nobody asks for another prompt, and nobody waits; what is asked is still published. */
  private void stop() {
    stopped = true;
    waiting.end();
  }

  /** Asks until there is an answer, the attempts are used up, or the run stops. */
  private void settle(Question question) throws InterruptedException {
    int attempt = 1;
    while (pace.await()) {
      Answer answer = api.ask(question.prompt());
      if (answer instanceof Answer.Images images) {
        publish(question, images);
        return;
      } else if (answer instanceof Answer.Refused refusal) {
        refuse(question, refusal);
        return;
      } else if (answer instanceof Answer.Hopeless hopeless) {
        throw new GenerationStoppedException(hopeless.detail());
      } else if (answer instanceof Answer.Busy busy) {
        leaveAlone(busy);
      } else {
        Answer.Trouble trouble = (Answer.Trouble) answer;
        if (attempt == plan.attempts()) {
          giveUp(question, trouble);
          return;
        }
        if (!waiting.pause(checked(trouble.pause(), attempt, trouble.detail()))) {
          return;
        }
        attempt++;
      }
    }
  }

  private void publish(Question question, Answer.Images images) {
    Prompt prompt = question.prompt();
    List<CompletableFuture<Published>> sent = new ArrayList<>();
    List<Answer.Refused> missing = new ArrayList<>(images.missing());
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < images.images().size(); i++) {
      NewPair pair = pair(prompt, images, i);
      try {
        sent.add(publisher.publish(pair));
        sizes.add(pair.imageBytes());
      } catch (PairTooLargeException e) {
        missing.add(new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, e.getMessage()));
      }
    }
    List<Published> acknowledged = sent.stream().map(CompletableFuture::join).toList();
    Map<String, JsonNode> one = new HashMap<>(prompt.parameters());
    one.put(ImageRequest.N, IntNode.valueOf(1));
    missing.forEach(refusal -> report(prompt, one, refusal));
    // Last of all, so that a run that dies before this asks again rather than never.
    answered.published(question.name(), acknowledged);
    sizes.forEach(listener::published);
    counts.published().add(acknowledged.size());
    sizes.forEach(counts.imageBytes()::add);
    counts.answered().add(acknowledged.isEmpty() ? 0 : 1);
    counts.refused().add(missing.isEmpty() ? 0 : 1);
    failuresInARow.set(0);
    busyInARow.set(0);
  }

  private void refuse(Question question, Answer.Refused refusal) {
    report(question.prompt(), question.prompt().parameters(), refusal);
    answered.refused(question.name(), refusal.reason());
    counts.refused().increment();
    busyInARow.set(0);
    if (refusal.reason() == RefusalReason.CONTENT_POLICY) {
      failuresInARow.set(0);
    } else {
      countFailure(refusal.detail());
    }
  }

  private void report(Prompt prompt, Map<String, JsonNode> parameters, Answer.Refused refusal) {
    synchronized (this) {
      if (refused == null) {
        refused = new AppendedLines(refusedFile);
      }
      refused.append(prompt.refused(parameters, refusal));
    }
    listener.problem(prompt.where(), refusal.reason() + ": " + refusal.detail());
  }

  private void giveUp(Question question, Answer.Trouble trouble) {
    listener.problem(
        question.prompt().where(),
        trouble.detail() + " (asked " + plan.attempts() + " times; the next run asks again)");
    counts.unanswered().increment();
    countFailure(trouble.detail());
  }

  private void countFailure(String detail) {
    int times = failuresInARow.incrementAndGet();
    if (times >= MOST_FAILURES_IN_A_ROW) {
      throw new GenerationStoppedException(
          times + " prompts in a row gave nothing; the last one: " + detail);
    }
  }

  private void leaveAlone(Answer.Busy busy) {
    int times = busyInARow.incrementAndGet();
    Duration wait = checked(busy.pause(), times, busy.detail());
    if (times > MOST_BUSY_IN_A_ROW * plan.concurrency()) {
      throw new GenerationStoppedException(
          busy.detail() + "; that was its answer " + times + " times in a row");
    }
    pace.pause(wait);
    listener.waiting(wait.toSeconds(), busy.detail());
  }

  /** The pause that is asked for, or one that doubles with each attempt. */
  private static Duration checked(Duration asked, int attempt, String detail) {
    if (asked.compareTo(LONGEST_WAIT) > 0) {
      throw new GenerationStoppedException(
          detail + "; it asks to come back in " + asked.toMinutes() + " minutes");
    }
    Duration doubled = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempt - 1, 10));
    Duration backoff = doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    return asked.isZero() ? backoff : asked;
  }

  private NewPair pair(Prompt prompt, Answer.Images images, int index) {
    Answer.Image image = images.images().get(index);
    boolean takesRevised = plan.revisedCaptions() && !image.revisedPrompt().isBlank();
    String usual = takesRevised ? image.revisedPrompt() : prompt.text();
    String caption = prompt.caption().isEmpty() ? usual : prompt.caption();
    Map<String, String> annotations = new HashMap<>(prompt.annotations());
    annotations.put("model", plan.request().model());
    annotations.put("prompt_digest", ImageRequest.sha256(prompt.text()));
    annotations.put("parameters", plan.request().parametersInWords(prompt));
    annotations.put("image_number", String.valueOf(index + 1));
    annotations.put("revised_prompt", image.revisedPrompt());
    annotations.put("request_id", images.requestId());
    annotations.put("prompt", caption.equals(prompt.text()) ? "" : prompt.text());
    annotations.values().removeIf(String::isEmpty);
    return new NewPair(
        image.bytes(),
        caption,
        prompt.language().isEmpty() ? plan.language() : prompt.language(),
        SourceKind.SYNTHETIC,
        plan.contributor(),
        "",
        plan.licence(),
        image.mediaType(),
        annotations);
  }

  @Override
  public synchronized void close() {
    if (refused != null) {
      refused.close();
    }
  }
}
