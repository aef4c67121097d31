package io.pairstream.image.python;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.PixelsCard;
import io.pairstream.image.card.PythonCard;
import io.pairstream.image.model.AnswerModel;
import io.pairstream.image.model.ModelAnswer;
import io.pairstream.image.model.ModelAnswer.Decoded;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.model.ModelPool;
import io.pairstream.image.model.ModelQuestion;
import io.pairstream.image.model.ModelUnavailableException;
import io.pairstream.image.model.ReplyCheck;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.PythonProtocol.Call;
import io.pairstream.image.protocol.PythonProtocol.Item;
import io.pairstream.image.protocol.PythonProtocol.Output;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.python.PythonPool.Judge;
import io.pairstream.image.sandbox.ConfinedProcess;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.Confinement;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function in Python that answers batches. Stored pictures are decoded in a confined worker of
 * their own, the next group while the function works on this one.
 *
 * <p>A group over which the process dies or hangs is asked question by question; what costs a
 * process again alone has no answer. Where a question fails, the process is asked a made one: where
 * that fails too the process is at fault, as after an assertion on a GPU, and a fresh one is asked.
 * Thread-safe.
 */
public final class PythonModel implements AnswerModel {

  /** Questions in a row that may fail on one line before the function itself is at fault. */
  private static final int MOST_FAILED = 20;

  /** Bytes of a group's pictures, beyond which it is cut. */
  private static final long MOST_BYTES = 64 << 20;

  private static final int MADE_SIDE_PX = 64;
  private static final Pattern PLACE = Pattern.compile(".*\\((\\S+:\\d+)\\)[^()]*");

  private final PythonCard card;
  private final PythonPool pool;

  /** Null where the function sees no picture. */
  private final ModelPool decoder;

  private final ReplyCheck check;
  private final ExecutorService decoding;
  private final ExecutorService asking;
  private final Semaphore groups;

  /** Pictures that are decoded before they are needed, at most. */
  private final int ahead;

  private final LongAdder answered = new LongAdder();
  private volatile boolean hasStarted;

  /** Line on which the last questions have failed, and how many; guarded by this. */
  private String failedAt = "";

  private int failed;

  /**
   * How a function is run.
   *
   * @param threads threads of numeric libraries
   * @param gpus GPUs that processes see by turns; none for what the environment says
   * @param log takes lines that it prints
   */
  public record Options(int threads, List<String> gpus, Consumer<String> log) {}

  /**
   * A model without any process yet.
   *
   * @param worker how decoders are run, and how many there are
   * @throws InvalidCardException where the interpreter does not run
   */
  public PythonModel(PythonCard card, WorkerSettings worker, Options options) {
    this.card = card;
    this.check = new ReplyCheck(card);
    PythonCard.Run run = card.run();
    String usual = Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")).orElse("0");
    List<String> gpus =
        !run.gpu() ? List.of("") : options.gpus().isEmpty() ? List.of(usual) : options.gpus();
    List<Output> outputs = card.outputs().stream().map(Output::of).toList();
    try {
      pool =
          new PythonPool(
              worker,
              new PythonPool.Settings(card.name(), run, options.threads(), 0, gpus, options.log()),
              List.of(card.code()),
              List.of(Call.of(card.code(), card.arguments(), outputs)));
    } catch (IOException e) {
      throw new InvalidCardException("the model card " + card.name() + ": " + e.getMessage());
    }
    decoder = card.seesPicture() ? new ModelPool(PixelsCard.of(card), worker, 1) : null;
    decoding =
        Executors.newFixedThreadPool(
            worker.workers(), task -> Confinement.daemon(task, "decode-" + card.name()));
    int processes = Math.max(run.processes(), gpus.size());
    asking =
        Executors.newFixedThreadPool(
            processes, task -> Confinement.daemon(task, "python-" + card.name()));
    groups = new Semaphore(2 * processes);
    ahead = 2 * worker.workers();
  }

  @Override
  public PythonCard card() {
    return card;
  }

  @Override
  public void rehearse() {
    pool.give(process());
  }

  @Override
  public List<ModelAnswer> ask(List<ModelQuestion> batch) {
    ModelAnswer[] answers = new ModelAnswer[batch.size()];
    List<CompletableFuture<?>> asked = new ArrayList<>();
    Map<Integer, Item> group = new LinkedHashMap<>();
    long bytes = 0;
    List<CompletableFuture<ModelAnswer>> decoded = new ArrayList<>();
    try {
      for (int i = 0; i < answers.length; i++) {
        while (decoded.size() < Math.min(answers.length, i + ahead)) {
          ModelQuestion next = batch.get(decoded.size());
          decoded.add(CompletableFuture.supplyAsync(() -> decode(next), decoding));
        }
        ModelAnswer shown = decoded.set(i, null).join();
        if (shown instanceof Failed) {
          answers[i] = shown;
          continue;
        }
        Item item = item(batch.get(i), shown == null ? null : ((Decoded) shown).picture());
        if (!group.isEmpty()
            && (group.size() == card.batch() || bytes + item.size() > MOST_BYTES)) {
          asked.add(submit(group, answers));
          group = new LinkedHashMap<>();
          bytes = 0;
        }
        group.put(i, item);
        bytes += item.size();
      }
      if (!group.isEmpty()) {
        asked.add(submit(group, answers));
      }
      asked.forEach(CompletableFuture::join);
      return Arrays.asList(answers);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : e;
    } catch (CancellationException e) {
      throw new ModelUnavailableException(card.name() + " is closed", e);
    } finally {
      asked.forEach(each -> each.cancel(false));
    }
  }

  /** Pixels of a question's picture, why there are none, or null where it has no picture. */
  private ModelAnswer decode(ModelQuestion question) {
    return decoder == null
        ? null
        : decoder.ask(List.of(new ModelQuestion(question.picture(), null))).get(0);
  }

  private Item item(ModelQuestion question, ShownPicture picture) {
    return new Item(
        "", // what is drawn is the same for all
        card.seesCaption() ? question.caption() : "",
        "",
        Map.of(),
        Optional.ofNullable(picture));
  }

  /** Has items asked about; their answers come to lie at their places. */
  private CompletableFuture<?> submit(Map<Integer, Item> group, ModelAnswer[] answers) {
    groups.acquireUninterruptibly();
    try {
      return CompletableFuture.runAsync(
              () -> {
                Iterator<ModelAnswer> said = answers(List.copyOf(group.values())).iterator();
                group.keySet().forEach(place -> answers[place] = said.next());
                answered.add(group.size());
              },
              asking)
          .whenComplete((done, fault) -> groups.release());
    } catch (RuntimeException e) {
      groups.release();
      throw e;
    }
  }

  @Override
  public long answered() {
    return answered.sum();
  }

  private List<ModelAnswer> answers(List<Item> items) {
    List<ModelAnswer> answers;
    ConfinedProcess process = process();
    try {
      answers = new ArrayList<>(ask(process, items));
    } catch (LostException e) {
      answers = alone(items);
      brake(answers);
      return answers;
    }
    if (answers.stream().noneMatch(PythonModel::isFault) || answersMade(process)) {
      pool.give(process);
    } else {
      process.kill();
      for (int i = 0; i < items.size(); i++) {
        if (isFault(answers.get(i))) {
          answers.set(i, alone(items.subList(i, i + 1)).get(0));
        }
      }
    }
    brake(answers);
    return answers;
  }

  private List<ModelAnswer> ask(ConfinedProcess process, List<Item> items) throws LostException {
    Judge<List<ModelAnswer>> judge = (reply, token) -> check.answers(reply, token, items.size());
    return pool.ask(process, 0, items, card.perQuestion().multipliedBy(items.size()), judge);
  }

  /** Each question by itself; a process that fails the made one after it is not asked again. */
  private List<ModelAnswer> alone(List<Item> items) {
    List<ModelAnswer> answers = new ArrayList<>();
    for (Item item : items) {
      ConfinedProcess process = process();
      try {
        ModelAnswer answer = ask(process, List.of(item)).get(0);
        answers.add(answer);
        if (isFault(answer) && !answersMade(process)) {
          process.kill();
        } else {
          pool.give(process);
        }
      } catch (LostException e) {
        answers.add(PythonFault.of(e, card.perQuestion(), pool.folder()));
      }
    }
    return answers;
  }

  /** Whether the function failed, rather than gave an answer that is none of the card's. */
  private static boolean isFault(ModelAnswer answer) {
    return answer instanceof Failed failed && failed.reason() != Failure.ODD_ANSWER;
  }

  private boolean answersMade(ConfinedProcess process) {
    try {
      return ask(process, List.of(made())).stream().noneMatch(PythonModel::isFault);
    } catch (LostException e) {
      return false;
    }
  }

  /**
   * Counts questions that fail on one line, one after the other.
   *
   * @throws ModelUnavailableException where that is the function's fault rather than theirs
   */
  private synchronized void brake(List<ModelAnswer> answers) {
    for (ModelAnswer answer : answers) {
      Matcher place = PLACE.matcher(answer instanceof Failed none ? none.detail() : "");
      String at = place.matches() ? place.group(1) : "";
      failed = at.isEmpty() ? 0 : at.equals(failedAt) ? failed + 1 : 1;
      failedAt = at;
      if (failed >= MOST_FAILED) {
        throw new ModelUnavailableException(
            "%s: %d questions in a row failed on %s (%s); score waits"
                .formatted(card.name(), MOST_FAILED, at, ((Failed) answer).detail()),
            null);
      }
    }
  }

  private ConfinedProcess process() {
    List<Item> made = Collections.nCopies(card.batch(), made());
    Judge<List<ModelAnswer>> judge = (reply, token) -> check.answers(reply, token, made.size());
    try {
      ConfinedProcess process = pool.take(0, made, card.perQuestion(), judge, this::requireAnswers);
      hasStarted = true;
      return process;
    } catch (ImageWorkerUnavailableException e) {
      throw new ModelUnavailableException(
          "no process can run %s: %s".formatted(card.name(), e.getMessage()), e);
    }
  }

  /** Says what is wrong with the card, or, where it was once right, with this moment. */
  private void requireAnswers(List<ModelAnswer> made) {
    String why =
        made.stream()
            .filter(Failed.class::isInstance)
            .map(answer -> ((Failed) answer).detail())
            .findFirst()
            .orElse("");
    if (why.isEmpty()) {
      return;
    } else if (hasStarted) {
      throw new ModelUnavailableException(
          "no process can run " + card.name() + " now: " + why, null);
    }
    throw new InvalidCardException(
        "the model card " + card.name() + " does not fit its model: " + why);
  }

  private Item made() {
    int side = card.fitted().map(PictureInput::sidePx).orElse(MADE_SIDE_PX);
    ModelQuestion made = ModelQuestion.made(side);
    return item(made, card.seesPicture() ? made.picture() : null);
  }

  @Override
  public void close() {
    asking.shutdownNow();
    decoding.shutdownNow();
    pool.close();
    if (decoder != null) {
      decoder.close();
    }
  }
}
