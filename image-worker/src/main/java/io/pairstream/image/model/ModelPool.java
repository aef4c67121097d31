package io.pairstream.image.model;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.RecipeReader.NamedFile;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.image.card.CaptionInput.Fill;
import io.pairstream.image.card.InvalidCardException;
import io.pairstream.image.card.ProcessCard;
import io.pairstream.image.model.ModelAnswer.Failed;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.ModelRequest;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.sandbox.Complaints;
import io.pairstream.image.sandbox.ConfinedProcess;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.Confinement;
import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * One model in child processes, under the sandbox and the rules of image workers.
 *
 * <p>Processes start when they are first needed; each must first answer questions that the pool has
 * made up. When one is lost over a batch, each question of it is asked once more, alone; one that
 * costs a process again is to blame. Thread-safe.
 */
public final class ModelPool implements AnswerModel {

  private static final String MAIN_CLASS = "io.pairstream.image.worker.process.ModelMain";

  /** Address space without a model, in bytes. */
  private static final long MEMORY_BYTES = 3L << 30;

  /** Copies of a model that loading it takes: the file, its messages, what is run. */
  private static final int COPIES = 4;

  /** The heap holds a batch's files; pixels and models are native. */
  private static final List<String> HEAP = List.of("-Xms40m", "-Xmx384m", "-Xmn96m");

  private static final int MADE_SIDE_PX = 48;

  private final ProcessCard card;
  private final WorkerSettings settings;
  private final ModelPlan plan;
  private final ReplyCheck check;
  private final Confinement confinement;
  private final Semaphore turns;
  private final Deque<ModelProcess> idle = new ConcurrentLinkedDeque<>();
  private final LongAdder answered = new LongAdder();
  private final SecureRandom tokens = new SecureRandom();

  /** A process, and how many questions it has been asked. */
  private record ModelProcess(ConfinedProcess process, int asked) {}

  /**
   * A pool without any process yet. Tries out which protections this system offers, which takes
   * about half a second.
   *
   * @param settings how many processes there may be, and how they are run; the card alone says how
   *     long an answer may take
   * @param threads threads of each process that run the model; 1 to 64
   */
  public ModelPool(ProcessCard card, WorkerSettings settings, int threads) {
    if (threads < 1 || threads > 64) {
      throw new IllegalArgumentException("threads must be 1 to 64, was " + threads);
    }
    this.card = card;
    this.settings =
        settings.withJvmOptions(
            Stream.concat(HEAP.stream(), settings.jvmOptions().stream()).toArray(String[]::new));
    plan = card.plan(threads);
    check = new ReplyCheck(card);
    confinement =
        new Confinement(
            this.settings,
            MAIN_CLASS,
            MEMORY_BYTES
                + COPIES
                    * card.files().stream().mapToLong(file -> file.path().toFile().length()).sum(),
            Launcher.values());
    turns = new Semaphore(settings.workers(), true);
  }

  @Override
  public ProcessCard card() {
    return card;
  }

  @Override
  public void rehearse() {
    turns.acquireUninterruptibly();
    try {
      idle.addFirst(idleOrFresh());
    } finally {
      turns.release();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidCardException where the model does not do what its card says
   */
  @Override
  public List<ModelAnswer> ask(List<ModelQuestion> batch) {
    List<Item> items = batch.stream().map(this::item).toList();
    List<ModelAnswer> answers = new ArrayList<>();
    for (int from = 0; from < items.size(); from += card.batch()) {
      answers.addAll(askInTurn(items.subList(from, Math.min(items.size(), from + card.batch()))));
      answered.add(Math.min(items.size() - from, card.batch()));
    }
    return answers;
  }

  @Override
  public long answered() {
    return answered.sum();
  }

  private List<ModelAnswer> askInTurn(List<Item> items) {
    try {
      turns.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelUnavailableException("interrupted while waiting for a process", e);
    }
    try {
      return askItems(items);
    } catch (LostException e) {
      return items.stream().map(this::askAlone).toList();
    } finally {
      turns.release();
    }
  }

  private ModelAnswer askAlone(Item item) {
    try {
      return askItems(List.of(item)).get(0);
    } catch (LostException e) {
      Failure failure =
          e.late() ? Failure.TIMED_OUT : e.odd() ? Failure.ODD_ANSWER : Failure.CRASHED;
      return new Failed(failure, Complaints.presentable(e.getMessage()));
    }
  }

  private List<ModelAnswer> askItems(List<Item> items) throws LostException {
    ModelProcess process = idleOrFresh();
    List<ModelAnswer> answers =
        ask(
            process.process(),
            new ModelRequest(tokens.nextLong(), Optional.empty(), items),
            card.perQuestion().multipliedBy(items.size()));
    int asked = process.asked() + items.size();
    if (asked < settings.imagesPerWorker()) {
      idle.addFirst(new ModelProcess(process.process(), asked));
    } else {
      process.process().kill();
    }
    return answers;
  }

  private List<ModelAnswer> ask(ConfinedProcess process, ModelRequest request, Duration limit)
      throws LostException {
    try {
      return process
          .ask(
              request.token(),
              limit,
              request::writeTo,
              in -> check.answers(ModelReply.readFrom(in), request.token(), request.items().size()))
          .answer();
    } catch (RuntimeException | Error e) {
      process.kill();
      throw e;
    }
  }

  private ModelProcess idleOrFresh() {
    for (ModelProcess next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      if (next.process().isUsable()) {
        return next;
      }
      next.process().kill();
    }
    return fresh();
  }

  /** A process that has loaded the model and answered as many made questions as a batch has. */
  private ModelProcess fresh() {
    refuseExchanged();
    List<Path> files = card.files().stream().map(NamedFile::path).toList();
    try {
      ConfinedProcess process = confinement.start(ImageWindow.none(), files);
      process.greet(settings.startLimit());
      List<Item> made = Collections.nCopies(card.batch(), item(ModelQuestion.made(MADE_SIDE_PX)));
      Duration limit = settings.startLimit().plus(card.perQuestion().multipliedBy(card.batch()));
      ModelRequest first = new ModelRequest(tokens.nextLong(), Optional.of(plan), made);
      for (ModelAnswer answer : ask(process, first, limit)) {
        if (answer instanceof Failed failed && !failed.equals(ReplyCheck.WORDLESS)) {
          process.kill();
          throw new InvalidCardException(
              "the model card " + card.name() + " does not fit its model: " + failed.detail());
        }
      }
      return new ModelProcess(process, 0);
    } catch (ImageWorkerUnavailableException e) {
      throw new ModelUnavailableException(e.getMessage(), e);
    } catch (LostException e) {
      throw new ModelUnavailableException(
          "no process can run the model of the card "
              + card.name()
              + ": "
              + Complaints.presentable(e.getMessage()),
          e);
    }
  }

  private void refuseExchanged() {
    try {
      for (NamedFile file : card.files()) {
        if (!NamedFile.sha256(file.path()).equals(file.sha256())) {
          throw new InvalidCardException(
              "%s of the card %s has changed since the card was read"
                  .formatted(file.path().getFileName(), card.name()));
        }
      }
    } catch (IOException e) {
      throw new ModelUnavailableException(
          "the model of the card " + card.name() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private Item item(ModelQuestion question) {
    Optional<ShownPicture> picture =
        Optional.ofNullable(question.picture()).filter(shown -> card.seesPicture());
    return card.caption()
        .map(
            caption -> {
              TokenIds ids = caption.target().apply(question.caption());
              int kept = caption.fill() == Fill.NONE ? ids.count() : ids.ids().length;
              List<Integer> shown = Arrays.stream(ids.ids()).limit(kept).boxed().toList();
              return new Item(picture, shown, ids.count());
            })
        .orElseGet(() -> new Item(picture, List.of(), 0));
  }

  /** Process ids of the processes that are running. */
  List<Long> pids() {
    return confinement.pids();
  }

  @Override
  public void close() {
    confinement.close();
  }
}
