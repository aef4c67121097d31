package io.pairstream.ingest.generate;

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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Asks an images API for the images of prompts, and publishes them as pairs.
 *
 * <p>A prompt that moderation refuses is noted and not asked again. One that the API has trouble
 * with is asked again, more slowly each time, and left for the next run when that does not help.
 * Nobody asks while the API wants to be left alone. What cannot become better by itself ends the
 * run.
 */
public final class Generation {

  /** How often a prompt is asked where the API has trouble. */
  private static final int ATTEMPTS = 5;

  /** Prompts in a row that may fail before the API counts as out of order. */
  private static final int MOST_FAILURES_IN_A_ROW = 10;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** Longest wait that the API may ask for before the run ends instead. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);

  private final GenerationPlan plan;
  private final ImagesApi api;
  private final PairPublisher publisher;
  private final GenerationListener listener;
  private final Pace pace;
  private final LongAdder published = new LongAdder();
  private final LongAdder imageBytes = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final AtomicInteger failuresInARow = new AtomicInteger();
  private volatile boolean stopped;

  public Generation(
      GenerationPlan plan, ImagesApi api, PairPublisher publisher, GenerationListener listener) {
    this(plan, api, publisher, listener, new Pace(plan.requestsPerMinute()));
  }

  Generation(
      GenerationPlan plan,
      ImagesApi api,
      PairPublisher publisher,
      GenerationListener listener,
      Pace pace) {
    this.plan = plan;
    this.api = api;
    this.publisher = publisher;
    this.listener = listener;
    this.pace = pace;
  }

  /**
   * What a run came to.
   *
   * @param published pairs that are in Kafka
   * @param imageBytes bytes of their images
   * @param answered prompts that gave images
   * @param refused prompts that moderation refused
   * @param unanswered prompts that gave nothing, or not everything; the next run asks for those
   *     that gave nothing
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

  private record Question(String name, Prompt prompt) {}

  /** The prompts that have had no answer yet, up to a limit. */
  private record Questions(List<Question> open, long answeredBefore) {

    /** A prompt is known by what is asked; the same prompt twice is two prompts. */
    static Questions of(
        GenerationPlan plan, PromptFile file, long limit, Path state, String topic) {
      Set<String> answered = AnsweredPrompts.in(state);
      Map<String, Integer> seen = new HashMap<>();
      List<Question> open = new ArrayList<>();
      long answeredBefore = 0;
      for (Prompt prompt : file.prompts()) {
        if (open.size() >= limit) {
          break;
        }
        String digest = plan.digest(prompt, topic);
        int times = seen.merge(digest, 1, Integer::sum);
        String name = times == 1 ? digest : digest + "-" + times;
        if (answered.contains(name)) {
          answeredBefore++;
        } else {
          open.add(new Question(name, prompt));
        }
      }
      return new Questions(open, answeredBefore);
    }
  }

  /**
   * Counts what {@link #run} would do, and asks and writes nothing.
   *
   * @param state file that remembers which prompts have had their answer
   * @param topic full name of the topic that the pairs would go to
   */
  public static Outlook outlook(
      GenerationPlan plan, Path state, String topic, PromptFile file, long limit) {
    Questions questions = Questions.of(plan, file, limit, state, topic);
    List<Question> open = questions.open();
    return new Outlook(
        open.size(),
        open.stream().mapToLong(question -> plan.images(question.prompt())).sum(),
        questions.answeredBefore(),
        file.problems().size(),
        open.isEmpty() ? "" : plan.body(open.get(0).prompt()));
  }

  /**
   * Asks for up to {@code limit} prompts that have had no answer yet, and returns once all of them
   * have one. To be called once.
   *
   * @param state file that remembers which prompts have had their answer
   * @throws GenerationStoppedException where the API gives nothing before something changes
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take a
   *     pair
   * @throws IllegalArgumentException where the file of the state is in use or not ours
   */
  public Result run(PromptFile file, Path state, long limit) {
    try (AnsweredPrompts notes = new AnsweredPrompts(state)) {
      Questions questions = Questions.of(plan, file, limit, state, publisher.topic());
      ask(questions.open(), notes);
      return new Result(
          published.sum(),
          imageBytes.sum(),
          answered.sum(),
          refused.sum(),
          unanswered.sum(),
          questions.answeredBefore(),
          file.problems().size());
    }
  }

  private void ask(List<Question> questions, AnsweredPrompts notes) {
    Queue<Question> open = new ConcurrentLinkedQueue<>(questions);
    ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency());
    try {
      CompletableFuture.allOf(
              Stream.generate(() -> CompletableFuture.runAsync(() -> work(open, notes), threads))
                  .limit(plan.concurrency())
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException problem ? problem : e;
    } finally {
      threads.shutdownNow();
    }
  }

  private void work(Queue<Question> open, AnsweredPrompts notes) {
    boolean done = false;
    try {
      for (Question next = open.poll(); next != null && !stopped; next = open.poll()) {
        settle(next, notes);
      }
      done = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!done) {
        // Nobody asks for another prompt, and nobody waits; what is asked is still published.
        stopped = true;
        pace.stop();
      }
    }
  }

  /** Asks until there is an answer, the attempts are used up, or the run stops. */
  private void settle(Question question, AnsweredPrompts notes) throws InterruptedException {
    Prompt prompt = question.prompt();
    for (int attempt = 1; pace.await(); attempt++) {
      ImagesApi.Answer answer = api.ask(prompt, plan.body(prompt), plan.images(prompt));
      if (answer instanceof ImagesApi.Images images) {
        publish(question, images, notes);
        failuresInARow.set(0);
        return;
      } else if (answer instanceof ImagesApi.Refused refusal) {
        notes.refused(question.name(), refusal.detail());
        listener.problem(prompt.where(), refusal.detail());
        refused.increment();
        failuresInARow.set(0);
        return;
      } else if (answer instanceof ImagesApi.Failed failed) {
        fail(prompt, failed.detail());
        return;
      }
      ImagesApi.Later later = (ImagesApi.Later) answer;
      if (attempt == ATTEMPTS) {
        fail(prompt, later.detail() + " (asked " + ATTEMPTS + " times; the next run asks again)");
        return;
      }
      leaveAlone(later, attempt);
    }
  }

  private void fail(Prompt prompt, String detail) {
    listener.problem(prompt.where(), detail);
    unanswered.increment();
    int times = failuresInARow.incrementAndGet();
    if (times >= MOST_FAILURES_IN_A_ROW) {
      throw new GenerationStoppedException(
          times + " prompts in a row gave nothing; the last one: " + detail);
    }
  }

  /** Lets nobody ask for as long as the API wants, or for a time that doubles with each attempt. */
  private void leaveAlone(ImagesApi.Later later, int attempt) {
    Duration wait =
        later.pause().isZero() ? FIRST_BACKOFF.multipliedBy(1L << (attempt - 1)) : later.pause();
    if (wait.compareTo(LONGEST_WAIT) > 0) {
      throw new GenerationStoppedException(
          later.detail() + "; it asks to come back in " + wait.toMinutes() + " minutes");
    }
    pace.pause(wait);
    listener.waiting(wait.toSeconds(), later.detail());
  }

  private void publish(Question question, ImagesApi.Images images, AnsweredPrompts notes) {
    Prompt prompt = question.prompt();
    List<CompletableFuture<Published>> sent = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String missing = "";
    for (int i = 0; i < images.images().size(); i++) {
      NewPair pair = pair(prompt, images, i);
      try {
        sent.add(publisher.publish(pair));
        sizes.add(pair.imageBytes());
      } catch (PairTooLargeException e) {
        missing = e.getMessage();
      }
    }
    List<String> ids = sent.stream().map(CompletableFuture::join).map(Published::id).toList();
    if (ids.size() < plan.images(prompt)) {
      listener.problem(
          prompt.where(),
          "%d of %d images came%s"
              .formatted(ids.size(), plan.images(prompt), missing.isEmpty() ? "" : ": " + missing));
      unanswered.increment();
    }
    // Last of all, so that a run that dies before this asks again rather than never.
    notes.published(question.name(), ids);
    sizes.forEach(listener::published);
    sizes.forEach(imageBytes::add);
    published.add(ids.size());
    answered.add(ids.isEmpty() ? 0 : 1);
  }

  private NewPair pair(Prompt prompt, ImagesApi.Images images, int index) {
    ImagesApi.Image image = images.images().get(index);
    String caption = prompt.caption().isEmpty() ? prompt.text() : prompt.caption();
    Map<String, String> annotations = new HashMap<>(prompt.annotations());
    annotations.put("model", plan.model());
    annotations.put("prompt_digest", GenerationPlan.sha256(prompt.text()));
    annotations.put("parameters", plan.parameters(prompt).toString());
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
}
