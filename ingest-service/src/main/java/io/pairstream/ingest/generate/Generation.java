package io.pairstream.ingest.generate;

import io.pairstream.ingest.publish.NewPair;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.Published;
import io.pairstream.service.publish.PairTooLargeException;
import io.pairstream.service.publish.PublishFailedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Asks an images API for the images of prompts, and publishes them as pairs.
 *
 * <p>A prompt that the API refuses is written to a file with the reason and is not asked again. One
 * that the API has trouble with is asked again, more slowly each time, and left for the next run
 * when that does not help. Nobody asks while the API wants to be left alone. What cannot become
 * better by itself ends the run.
 */
public final class Generation {

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
  private final Path state;
  private final Path refusedFile;
  private final GenerationListener listener;
  private final Waiting waiting;
  private final RequestPace pace;

  /**
   * @param state file that remembers which prompts have had their answer
   * @param refusedFile file that gets the refused prompts
   */
  public Generation(
      GenerationPlan plan,
      ApiSettings api,
      PairPublisher publisher,
      Path state,
      Path refusedFile,
      GenerationListener listener) {
    this(plan, api, publisher, state, refusedFile, listener, Waiting.real());
  }

  Generation(
      GenerationPlan plan,
      ApiSettings api,
      PairPublisher publisher,
      Path state,
      Path refusedFile,
      GenerationListener listener,
      Waiting waiting) {
    this.plan = plan;
    this.api = new ImagesApi(api, plan.request(), waiting, Clock.systemUTC());
    this.publisher = publisher;
    this.state = state;
    this.refusedFile = refusedFile;
    this.listener = listener;
    this.waiting = waiting;
    this.pace = new RequestPace(plan.requestsPerMinute(), waiting);
  }

  /**
   * Asks for up to {@code limit} prompts that have had no answer yet, and returns once all of them
   * have one.
   *
   * @throws GenerationStoppedException where the API gives nothing before something changes
   * @throws PublishFailedException where the broker did not take a pair
   * @throws UnusablePromptsException where the file of the state is in use or not ours
   */
  public Result run(Iterator<PromptItem> prompts, long limit) {
    try (AnsweredPrompts answered = AnsweredPrompts.open(state, plan.request(), publisher.topic());
        RefusedPrompts refused = new RefusedPrompts(refusedFile)) {
      return new Run(new Questions(prompts, limit, answered, listener), answered, refused)
          .toTheEnd();
    }
  }

  /**
   * Counts what {@link #run} would do, and asks and writes nothing.
   *
   * @param topic full name of the topic that the pairs would go to
   */
  public static Outlook outlook(
      GenerationPlan plan,
      Path state,
      String topic,
      Iterator<PromptItem> prompts,
      long limit,
      GenerationListener listener) {
    long images = 0;
    String first = "";
    try (AnsweredPrompts answered = AnsweredPrompts.look(state, plan.request(), topic)) {
      Questions questions = new Questions(prompts, limit, answered, listener);
      for (var next = questions.next(); next.isPresent(); next = questions.next()) {
        Prompt prompt = next.get().prompt();
        first = first.isEmpty() ? plan.request().body(prompt) : first;
        images += plan.request().images(prompt);
      }
      return new Outlook(
          questions.taken, images, questions.answeredBefore, questions.problems, first);
    }
  }

  /**
   * What a run would come to.
   *
   * @param requests requests that would be sent, each for one prompt
   * @param images images that they ask for
   * @param answeredBefore prompts that have had their answer in a run before
   * @param problems lines that give no prompt
   * @param firstRequest body of the first request; empty where there is none
   */
  public record Outlook(
      long requests, long images, long answeredBefore, long problems, String firstRequest) {}

  /**
   * What a run came to.
   *
   * @param published pairs that are in Kafka
   * @param imageBytes bytes of their images
   * @param answered prompts that gave images
   * @param refused prompts that the API refused, in whole or in part
   * @param unanswered prompts that the API had trouble with; the next run asks again
   * @param answeredBefore prompts that had their answer in a run before
   * @param problems lines that give no prompt
   */
  public record Result(
      long published,
      long imageBytes,
      long answered,
      long refused,
      long unanswered,
      long answeredBefore,
      long problems) {}

  /** One run, with what its threads share; the lock is its own. */
  private final class Run {

    private final Questions questions;
    private final AnsweredPrompts answeredPrompts;
    private final RefusedPrompts refusedPrompts;
    private boolean stopped;
    private int failuresInARow;
    private int busyInARow;
    private long published;
    private long imageBytes;
    private long answered;
    private long refused;
    private long unanswered;

    Run(Questions questions, AnsweredPrompts answeredPrompts, RefusedPrompts refusedPrompts) {
      this.questions = questions;
      this.answeredPrompts = answeredPrompts;
      this.refusedPrompts = refusedPrompts;
    }

    Result toTheEnd() {
      ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency());
      try {
        var unused =
            CompletableFuture.allOf(
                    Stream.generate(() -> CompletableFuture.runAsync(this::work, threads))
                        .limit(plan.concurrency())
                        .toArray(CompletableFuture<?>[]::new))
                .get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException problem) {
          throw problem;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new GenerationStoppedException("interrupted");
      } finally {
        threads.shutdownNow();
      }
      synchronized (this) {
        return new Result(
            published,
            imageBytes,
            answered,
            refused,
            unanswered,
            questions.answeredBefore,
            questions.problems);
      }
    }

    private void work() {
      try {
        Optional<Question> question = next();
        while (question.isPresent()) {
          settle(question.get());
          question = next();
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
      synchronized (this) {
        stopped = true;
      }
      waiting.end();
    }

    private synchronized Optional<Question> next() {
      return stopped ? Optional.empty() : questions.next();
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
          Duration wait = trouble.pause().orElse(backoff(attempt));
          checkWait(wait, trouble.detail());
          if (!waiting.pause(wait)) {
            return;
          }
          attempt++;
        }
      }
    }

    private void publish(Question question, Answer.Images images) {
      List<CompletableFuture<Published>> sent = new ArrayList<>();
      List<Answer.Refused> missing = new ArrayList<>(images.missing());
      List<Integer> sizes = new ArrayList<>();
      for (int i = 0; i < images.images().size(); i++) {
        NewPair pair = pair(question.prompt(), images, i);
        try {
          sent.add(publisher.publish(pair));
          sizes.add(pair.imageBytes());
        } catch (PairTooLargeException e) {
          missing.add(new Answer.Refused(RefusalReason.IMAGE_TOO_LARGE, e.getMessage()));
        }
      }
      List<Published> acknowledged = sent.stream().map(CompletableFuture::join).toList();
      for (Answer.Refused one : missing) {
        refusedPrompts.addMissingImage(question.prompt(), one.reason(), one.detail());
        listener.problem(question.prompt().where(), one.reason() + ": " + one.detail());
      }
      // Last of all, so that a run that dies before this asks again rather than never.
      answeredPrompts.published(question.name(), acknowledged);
      sizes.forEach(listener::published);
      synchronized (this) {
        published += acknowledged.size();
        imageBytes += sizes.stream().mapToLong(size -> size).sum();
        answered += acknowledged.isEmpty() ? 0 : 1;
        refused += missing.isEmpty() ? 0 : 1;
        failuresInARow = 0;
        busyInARow = 0;
      }
    }

    private void refuse(Question question, Answer.Refused refusal) {
      refusedPrompts.add(question.prompt(), refusal.reason(), refusal.detail());
      answeredPrompts.refused(question.name(), refusal.reason());
      listener.problem(question.prompt().where(), refusal.reason() + ": " + refusal.detail());
      synchronized (this) {
        refused++;
        busyInARow = 0;
        if (refusal.reason() == RefusalReason.CONTENT_POLICY) {
          failuresInARow = 0;
          return;
        }
        countFailure(refusal.detail());
      }
    }

    private void giveUp(Question question, Answer.Trouble trouble) {
      listener.problem(
          question.prompt().where(),
          trouble.detail() + " (asked " + plan.attempts() + " times; the next run asks again)");
      synchronized (this) {
        unanswered++;
        countFailure(trouble.detail());
      }
    }

    private synchronized void countFailure(String detail) {
      failuresInARow++;
      if (failuresInARow >= MOST_FAILURES_IN_A_ROW) {
        throw new GenerationStoppedException(
            failuresInARow + " prompts in a row gave nothing; the last one: " + detail);
      }
    }

    private void leaveAlone(Answer.Busy busy) {
      int times;
      synchronized (this) {
        times = ++busyInARow;
      }
      Duration wait = busy.pause().orElse(backoff(times));
      checkWait(wait, busy.detail());
      if (times > MOST_BUSY_IN_A_ROW * plan.concurrency()) {
        throw new GenerationStoppedException(
            busy.detail() + "; that was its answer " + times + " times in a row");
      }
      pace.pause(wait);
      listener.waiting(wait.toSeconds(), busy.detail());
    }

    private void checkWait(Duration wait, String detail) {
      if (wait.compareTo(LONGEST_WAIT) > 0) {
        throw new GenerationStoppedException(
            detail + "; it asks to come back in " + wait.toMinutes() + " minutes");
      }
    }
  }

  private NewPair pair(Prompt prompt, Answer.Images images, int index) {
    Answer.Image image = images.images().get(index);
    String caption = prompt.caption();
    if (caption.isEmpty()) {
      caption =
          plan.revisedCaptions() && !image.revisedPrompt().isBlank()
              ? image.revisedPrompt()
              : prompt.text();
    }
    Map<String, String> annotations = new HashMap<>(prompt.annotations());
    annotations.put("model", plan.request().model());
    annotations.put("prompt_digest", ImageRequest.sha256(prompt.text()));
    annotations.put("parameters", plan.request().parametersInWords(prompt));
    annotations.put("image_number", String.valueOf(index + 1));
    putKnown(annotations, "revised_prompt", image.revisedPrompt());
    putKnown(annotations, "request_id", images.requestId());
    if (!caption.equals(prompt.text())) {
      annotations.put("prompt", prompt.text());
    }
    return new NewPair(
        image.bytes(),
        caption,
        prompt.language().isEmpty() ? plan.language() : prompt.language(),
        GenerationPlan.SOURCE_KIND,
        plan.contributor(),
        "",
        plan.licence(),
        image.mediaType().isEmpty() ? images.mediaType() : image.mediaType(),
        annotations);
  }

  private static void putKnown(Map<String, String> annotations, String name, String value) {
    if (!value.isEmpty()) {
      annotations.put(name, value);
    }
  }

  private static Duration backoff(int attempt) {
    Duration doubled = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempt - 1, 10));
    return doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
  }

  private record Question(String name, Prompt prompt) {}

  /** The prompts that have had no answer yet, up to a limit. */
  private static final class Questions {

    private final Iterator<PromptItem> prompts;
    private final long limit;
    private final AnsweredPrompts answered;
    private final GenerationListener listener;
    private long taken;
    private long answeredBefore;
    private long problems;

    Questions(
        Iterator<PromptItem> prompts,
        long limit,
        AnsweredPrompts answered,
        GenerationListener listener) {
      this.prompts = prompts;
      this.limit = limit;
      this.answered = answered;
      this.listener = listener;
    }

    Optional<Question> next() {
      while (taken < limit && prompts.hasNext()) {
        PromptItem item = prompts.next();
        if (item instanceof PromptItem.Problem problem) {
          problems++;
          listener.problem(problem.where(), problem.message());
          continue;
        }
        Prompt prompt = (Prompt) item;
        String name = answered.name(prompt);
        if (answered.contains(name)) {
          answeredBefore++;
          continue;
        }
        taken++;
        return Optional.of(new Question(name, prompt));
      }
      return Optional.empty();
    }
  }
}
