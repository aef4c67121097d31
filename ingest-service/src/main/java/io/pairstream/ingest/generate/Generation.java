package io.pairstream.ingest.generate;

import io.pairstream.ingest.publish.PairPublisher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks an images API for the images of prompts, and publishes them as pairs.
 *
 * <p>A prompt that the API refuses is written to a file with the reason and is not asked again. One
 * that the API has trouble with is asked again, more slowly each time, and left for the next run
 * when that does not help. Nobody asks while the API wants to be left alone. What cannot become
 * better by itself ends the run.
 */
public final class Generation {

  private final GenerationPlan plan;
  private final ApiSettings settings;
  private final PairPublisher publisher;
  private final Path state;
  private final Path refusedFile;
  private final GenerationListener listener;
  private final Waiting waiting;

  /**
   * @param state file that remembers which prompts have had their answer
   * @param refusedFile file that gets the refused prompts
   */
  public Generation(
      GenerationPlan plan,
      ApiSettings settings,
      PairPublisher publisher,
      Path state,
      Path refusedFile,
      GenerationListener listener) {
    this(plan, settings, publisher, state, refusedFile, listener, Waiting.real());
  }

  Generation(
      GenerationPlan plan,
      ApiSettings settings,
      PairPublisher publisher,
      Path state,
      Path refusedFile,
      GenerationListener listener,
      Waiting waiting) {
    this.plan = plan;
    this.settings = settings;
    this.publisher = publisher;
    this.state = state;
    this.refusedFile = refusedFile;
    this.listener = listener;
    this.waiting = waiting;
  }

  /**
   * Asks for up to {@code limit} prompts that have had no answer yet, and returns once all of them
   * have one.
   *
   * @throws GenerationStoppedException where the API gives nothing before something changes
   * @throws io.pairstream.service.publish.PublishFailedException where the broker did not take a
   *     pair
   * @throws UnusablePromptsException where the file of the state is in use or not ours
   */
  public Result run(PromptFile file, long limit) {
    try (AnsweredPrompts answered =
        AnsweredPrompts.open(state, plan.request(), publisher.topic())) {
      Questions questions = Questions.of(file, limit, answered, listener);
      ImagesApi api = new ImagesApi(settings, plan.request());
      try (GenerationRun run =
          new GenerationRun(plan, api, publisher, answered, refusedFile, listener, waiting)) {
        GenerationRun.Counts counts = run.ask(questions.open());
        return new Result(
            counts.published().sum(),
            counts.imageBytes().sum(),
            counts.answered().sum(),
            counts.refused().sum(),
            counts.unanswered().sum(),
            questions.answeredBefore(),
            file.problems().size());
      }
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
      PromptFile file,
      long limit,
      GenerationListener listener) {
    try (AnsweredPrompts answered = AnsweredPrompts.look(state, plan.request(), topic)) {
      Questions questions = Questions.of(file, limit, answered, listener);
      List<Question> open = questions.open();
      return new Outlook(
          open.size(),
          open.stream().mapToLong(question -> plan.request().images(question.prompt())).sum(),
          questions.answeredBefore(),
          file.problems().size(),
          open.isEmpty() ? "" : plan.request().body(open.get(0).prompt()));
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

  /** A prompt with its name in the file of the state. */
  record Question(String name, Prompt prompt) {}

  /** The prompts that have had no answer yet, up to a limit. */
  private record Questions(List<Question> open, long answeredBefore) {

    static Questions of(
        PromptFile file, long limit, AnsweredPrompts answered, GenerationListener listener) {
      file.problems().forEach(problem -> listener.problem(problem.where(), problem.message()));
      List<Question> open = new ArrayList<>();
      long answeredBefore = 0;
      for (Prompt prompt : file.prompts()) {
        if (open.size() >= limit) {
          break;
        }
        String name = answered.name(prompt);
        if (answered.contains(name)) {
          answeredBefore++;
        } else {
          open.add(new Question(name, prompt));
        }
      }
      return new Questions(open, answeredBefore);
    }
  }
}
