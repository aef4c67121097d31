package io.pairstream.image.python;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.StepWorker.Shown;
import io.pairstream.cleaning.image.StepWorker.StepJudge;
import io.pairstream.cleaning.image.StepWorker.Verdict;
import io.pairstream.cleaning.python.PythonStep;
import io.pairstream.cleaning.python.PythonStep.Sees;
import io.pairstream.image.card.PythonCard.Run;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.protocol.PythonProtocol.Call;
import io.pairstream.image.protocol.PythonProtocol.Item;
import io.pairstream.image.protocol.ShownPicture;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.sandbox.Complaints;
import io.pairstream.image.sandbox.ConfinedProcess;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Functions of one recipe, in processes: one for each thread that asks and each interpreter.
 *
 * <p>A pair over which a process dies, hangs or finds no memory is asked about once more, by a
 * fresh one: an earlier pair may have damaged it. Each 1,000th verdict is asked of a second process
 * with other hashes: one that differs shows that a step is not pure. Thread-safe.
 */
public final class StepProcesses implements StepJudge, AutoCloseable {

  private static final Run RUN = new Run(1, false, 1_024, Duration.ofSeconds(60), false, List.of());
  private static final int WATCHED = 1_000;
  private static final int MOST_CHARACTERS = 300;

  /** By their number. */
  final List<PythonStep> steps;

  private final WorkerSettings worker;
  private final Consumer<String> log;
  private final AtomicLong asked = new AtomicLong();
  private final Map<String, Long> disagreements = new ConcurrentHashMap<>();

  /** Pools by interpreter and seed of hashes; guarded by this. */
  private final Map<String, Pool> pools = new LinkedHashMap<>();

  private volatile String trouble = "";

  /** Processes of one interpreter, and which of its functions is which step. */
  private record Pool(PythonPool processes, List<Integer> steps) {}

  /**
   * No process starts before the first question.
   *
   * @param log takes lines that functions print
   */
  public StepProcesses(List<PythonStep> steps, WorkerSettings worker, Consumer<String> log) {
    this.steps = List.copyOf(steps);
    steps.forEach(step -> disagreements.put(step.name(), 0L));
    this.worker = worker;
    this.log = log;
  }

  @Override
  public Verdict ask(int step, Shown shown) {
    Verdict verdict = ask(step, shown, 0);
    if (asked.incrementAndGet() % WATCHED == 0) {
      Verdict other = ask(step, shown, 1);
      if (!other.equals(verdict)) {
        disagreements.merge(steps.get(step).name(), 1L, Long::sum);
        log.accept(StepProbe.difference(steps.get(step).name(), verdict, other));
      }
    }
    return verdict;
  }

  /** Asks a process whose hashes of texts have a seed of their own. */
  Verdict ask(int step, Shown shown, int hashSeed) {
    Item item = item(shown);
    Duration limit = steps.get(step).limit();
    try {
      ItemReply first = ask(step, item, limit, hashSeed);
      if (!hasNoMemory(first)) {
        return verdict(first, item.caption());
      }
    } catch (LostException first) {
      // Another process may have killed it, too.
    }
    try {
      return verdict(ask(step, item, limit, hashSeed), item.caption());
    } catch (LostException second) {
      return new Verdict.Failed(
          PythonFault.of(second, limit, pool(step, hashSeed).processes().folder()).detail());
    }
  }

  private static boolean hasNoMemory(ItemReply reply) {
    return reply instanceof NoAnswer none && none.reason() == Failure.OVER_BUDGET;
  }

  private ItemReply ask(int step, Item item, Duration limit, int hashSeed) throws LostException {
    Pool pool = pool(step, hashSeed);
    int call = pool.steps().indexOf(step);
    ConfinedProcess process;
    try {
      process =
          pool.processes()
              .take(call, List.of(), limit, (reply, token) -> reply, StepProcesses::requireReady);
      trouble = "";
    } catch (ImageWorkerUnavailableException e) {
      trouble = e.getMessage();
      throw e;
    }
    ItemReply reply =
        pool.processes().ask(process, call, List.of(item), limit, StepProcesses::only);
    if (hasNoMemory(reply)) {
      process.kill();
    } else {
      pool.processes().give(process);
    }
    return reply;
  }

  private synchronized Pool pool(int step, int hashSeed) {
    String interpreter = steps.get(step).code().interpreter();
    return pools.computeIfAbsent(interpreter + hashSeed, key -> open(interpreter, hashSeed));
  }

  private Pool open(String interpreter, int hashSeed) {
    List<Integer> numbers = new ArrayList<>();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      PythonStep step = steps.get(i);
      if (step.code().interpreter().equals(interpreter)) {
        numbers.add(i);
        List<String> arguments =
            step.sees() == Sees.CAPTION
                ? List.of("caption", "language")
                : List.of("picture", "measures");
        calls.add(Call.of(step.code(), arguments, List.of()));
      }
    }
    PythonPool.Settings settings =
        new PythonPool.Settings("steps", RUN, 1, hashSeed, List.of(""), log);
    try {
      return new Pool(
          new PythonPool(
              worker, settings, numbers.stream().map(i -> steps.get(i).code()).toList(), calls),
          numbers);
    } catch (IOException e) {
      throw new ImageWorkerUnavailableException("steps in Python: " + e.getMessage(), e);
    }
  }

  private static ItemReply only(ModelReply reply, long token) throws OddAnswerException {
    if (reply.token() != token || reply.items().size() != 1) {
      throw new OddAnswerException("it is to another request");
    }
    return reply.items().get(0);
  }

  /** A process without a question answers none, or says why its functions cannot be called. */
  private static void requireReady(ModelReply first) {
    for (ItemReply reply : first.items()) {
      throw new ImageWorkerUnavailableException(
          Complaints.presentable(reply instanceof NoAnswer none ? none.detail() : "it answers"));
    }
  }

  private static Item item(Shown shown) {
    int pixels = shown.widthPx() * shown.heightPx();
    return new Item(
        shown.caption() + shown.measures().hashCode(),
        shown.caption(),
        shown.language(),
        shown.measures(),
        pixels == 0
            ? Optional.empty()
            : Optional.of(
                ShownPicture.raw(
                    shown.pixels().bytes(),
                    shown.widthPx(),
                    shown.heightPx(),
                    shown.pixels().size() / pixels)));
  }

  private static Verdict verdict(ItemReply reply, String caption) {
    if (reply instanceof NoAnswer none) {
      return new Verdict.Failed(Complaints.presentable(none.detail()));
    }
    Map<String, String> texts = reply instanceof Given given ? given.texts() : Map.of();
    if (texts.containsKey("english")) {
      return new Verdict.Refused(
          words(texts.get("english")), words(texts.getOrDefault("chinese", texts.get("english"))));
    }
    return new Verdict.Kept(texts.getOrDefault("caption", caption));
  }

  /** Words on one line; the process is not trusted. */
  private static String words(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS);
  }

  /** Why no process can be asked, as far as is known; empty where one can. */
  public String trouble() {
    return trouble;
  }

  /**
   * Tries to start a process of each function.
   *
   * @throws ImageWorkerUnavailableException where one does not start; the message says why
   */
  public void rehearse() {
    for (int i = 0; i < steps.size(); i++) {
      ask(i, StepProbe.shown(steps.get(i).sees(), 0), 0);
    }
  }

  /** Verdicts of which a second process gave another one, by the step's name. */
  public Map<String, Long> disagreements() {
    return Map.copyOf(disagreements);
  }

  @Override
  public synchronized void close() {
    pools.values().forEach(pool -> pool.processes().close());
  }
}
