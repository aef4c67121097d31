package io.pairstream.ingest.generate;

import io.pairstream.ingest.files.Journal;
import io.pairstream.ingest.publish.PairPublisher;
import io.pairstream.ingest.publish.Published;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.service.openai.ApiStoppedException;
import io.pairstream.service.openai.PatientCalls;
import io.pairstream.service.openai.Reply;
import io.pairstream.service.openai.RequestPace;
import io.pairstream.service.publish.PairTooLargeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Asks an images API for the images of prompts, and publishes them as pairs.
 *
 * <p>A prompt that moderation refuses is noted and not asked again. One that the API has trouble
 * with is asked again, more slowly each time, and left for the next run when that does not help. No
 * request is made while the API asks for a pause. What cannot become better by itself ends the run.
 */
public final class Generation {

  /** Failed prompts in a row at which the run ends. */
  private static final int MOST_FAILURES_IN_A_ROW = 10;

  private final GenerationPlan plan;
  private final ImagesApi api;
  private final PairPublisher publisher;
  private final Listener listener;
  private final RequestPace pace;
  private final PatientCalls calls;
  private final LongAdder published = new LongAdder();
  private final LongAdder imageBytes = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unanswered = new LongAdder();
  private final AtomicInteger failuresInARow = new AtomicInteger();

  /** Hears how a run continues. Called by several threads. */
  public interface Listener extends PatientCalls.Listener {

    /**
     * A pair is in Kafka.
     *
     * @param imageBytes size of its image
     */
    void published(int imageBytes);

    /** A prompt gives no image, or fewer than were asked for; the run continues. */
    void problem(String where, String message);
  }

  public Generation(
      GenerationPlan plan, ImagesApi api, PairPublisher publisher, Listener listener) {
    this(plan, api, publisher, listener, new RequestPace(plan.requestsPerMinute()));
  }

  Generation(
      GenerationPlan plan,
      ImagesApi api,
      PairPublisher publisher,
      Listener listener,
      RequestPace pace) {
    this.plan = plan;
    this.api = api;
    this.publisher = publisher;
    this.listener = listener;
    this.pace = pace;
    this.calls = new PatientCalls(pace, listener);
  }

  /**
   * Result of a run.
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
   * A line of the file of answers: written once a prompt's images are in Kafka, or once the API has
   * refused it.
   *
   * @param asked name of the prompt
   * @param refused reason of a refusal; else empty
   */
  private record Answered(String asked, List<String> pairs, String refused) {}

  /**
   * Asks for up to {@code limit} prompts that have had no answer yet, and returns once all of them
   * have one. To be called once.
   *
   * @param state file that remembers which prompts have had their answer
   * @throws ApiStoppedException where the API gives nothing before something changes
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take a
   *     pair
   * @throws io.pairstream.ingest.files.UnusableSourceException where the file of the state is in
   *     use or not ours
   */
  public Result run(PromptFile file, Path state, long limit) {
    try (Journal<Answered> notes = new Journal<>(state, Answered.class)) {
      Set<String> before = notes.lines().stream().map(Answered::asked).collect(Collectors.toSet());
      Map<String, PromptFile.Prompt> open = new LinkedHashMap<>();
      long answeredBefore = 0;
      Map<String, Integer> seen = new HashMap<>();
      for (PromptFile.Prompt prompt : file.prompts()) {
        if (open.size() >= limit) {
          break;
        }
        // A prompt is known by what is asked; the same prompt twice is two prompts.
        String digest = plan.digest(prompt, publisher.topic());
        int times = seen.merge(digest, 1, Integer::sum);
        String name = times == 1 ? digest : digest + "-" + times;
        if (before.contains(name)) {
          answeredBefore++;
        } else {
          open.put(name, prompt);
        }
      }
      ask(open, notes);
      return new Result(
          published.sum(),
          imageBytes.sum(),
          answered.sum(),
          refused.sum(),
          unanswered.sum(),
          answeredBefore,
          file.problems().size());
    }
  }

  private void ask(Map<String, PromptFile.Prompt> open, Journal<Answered> notes) {
    ExecutorService threads = Executors.newFixedThreadPool(plan.concurrency());
    try {
      List<Callable<Object>> asking =
          open.entrySet().stream()
              .map(one -> Executors.callable(() -> settle(one.getKey(), one.getValue(), notes)))
              .toList();
      for (Future<Object> one : threads.invokeAll(asking)) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException problem
          ? problem
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }

  private void settle(String name, PromptFile.Prompt prompt, Journal<Answered> notes) {
    boolean done = false;
    try {
      askFor(name, prompt, notes);
      done = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!done) {
        // No further prompt is requested, and no wait continues; open requests are still published.
        pace.stop();
      }
    }
  }

  private void askFor(String name, PromptFile.Prompt prompt, Journal<Answered> notes)
      throws InterruptedException {
    Reply<ImagesApi.Images> reply =
        calls.<ImagesApi.Images>make(() -> api.ask(prompt, plan.body(prompt))).orElse(null);
    if (reply instanceof Reply.Given<ImagesApi.Images> given) {
      publish(name, prompt, given.value(), notes);
      failuresInARow.set(0);
    } else if (reply instanceof Reply.Refused<ImagesApi.Images> refusal) {
      notes.add(new Answered(name, List.of(), refusal.detail()));
      listener.problem(prompt.where(), refusal.detail());
      refused.increment();
      failuresInARow.set(0);
    } else if (reply instanceof Reply.Failed<ImagesApi.Images> failed) {
      fail(prompt, failed.detail());
    } else if (reply instanceof Reply.Later<ImagesApi.Images> later) {
      String times = " (asked " + PatientCalls.ATTEMPTS + " times; the next run asks again)";
      fail(prompt, later.detail() + times);
    }
  }

  private void fail(PromptFile.Prompt prompt, String detail) {
    listener.problem(prompt.where(), detail);
    unanswered.increment();
    int times = failuresInARow.incrementAndGet();
    if (times >= MOST_FAILURES_IN_A_ROW) {
      throw new ApiStoppedException(
          times + " prompts in a row gave nothing; the last one: " + detail);
    }
  }

  private void publish(
      String name, PromptFile.Prompt prompt, ImagesApi.Images images, Journal<Answered> notes) {
    List<CompletableFuture<Published>> sent = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String missing = "";
    for (int i = 0; i < images.images().size(); i++) {
      RawPair pair = pair(prompt, images, i);
      try {
        sent.add(publisher.publish(pair));
        sizes.add(pair.getImage().remaining());
      } catch (PairTooLargeException e) {
        missing = ": " + e.getMessage();
      }
    }
    List<String> ids = sent.stream().map(CompletableFuture::join).map(Published::id).toList();
    if (ids.size() < plan.images()) {
      listener.problem(
          prompt.where(),
          "images that came: %d of %d%s".formatted(ids.size(), plan.images(), missing));
      unanswered.increment();
    }
    // Last of all, so that a run that dies before this asks again rather than never.
    notes.add(new Answered(name, ids, ""));
    sizes.forEach(listener::published);
    sizes.forEach(imageBytes::add);
    published.add(ids.size());
    answered.add(ids.isEmpty() ? 0 : 1);
  }

  private RawPair pair(PromptFile.Prompt prompt, ImagesApi.Images images, int index) {
    ImagesApi.Image image = images.images().get(index);
    String caption = prompt.caption().isEmpty() ? prompt.text() : prompt.caption();
    Map<String, String> annotations = new HashMap<>(prompt.annotations());
    annotations.put("model", plan.model());
    annotations.put("prompt_digest", GenerationPlan.sha256(prompt.text()));
    annotations.put("parameters", plan.parametersInOrder());
    annotations.put("image_number", String.valueOf(index + 1));
    annotations.put("revised_prompt", image.revisedPrompt());
    annotations.put("request_id", images.requestId());
    annotations.put("prompt", caption.equals(prompt.text()) ? "" : prompt.text());
    annotations.values().removeIf(String::isEmpty);
    return RawPair.newBuilder()
        .setImage(image.bytes())
        .setCaption(caption)
        .setLanguage(prompt.language().isEmpty() ? plan.language() : prompt.language())
        .setMetadata(
            PairMetadata.newBuilder()
                .setSourceKind(SourceKind.SYNTHETIC.name())
                .setContributor(plan.contributor())
                .setLicence(plan.licence())
                .build())
        .setMediaType(image.mediaType())
        .setAnnotations(annotations)
        .build();
  }
}
