package io.pairstream.image.python;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.python.PythonCode;
import io.pairstream.image.card.PythonCard.Run;
import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.ModelProtocol.ModelReply;
import io.pairstream.image.protocol.PythonProtocol.Call;
import io.pairstream.image.protocol.PythonProtocol.Item;
import io.pairstream.image.protocol.PythonProtocol.Plan;
import io.pairstream.image.protocol.PythonProtocol.Request;
import io.pairstream.image.protocol.WorkerProtocol.OddAnswerException;
import io.pairstream.image.sandbox.ConfinedProcess;
import io.pairstream.image.sandbox.ConfinedProcess.LostException;
import io.pairstream.image.sandbox.ConfinedProcess.Reply;
import io.pairstream.image.sandbox.Confinement;
import io.pairstream.image.sandbox.Launcher;
import io.pairstream.image.sandbox.PythonProgram;
import io.pairstream.image.sandbox.PythonProgram.Interpreter;
import io.pairstream.image.sandbox.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Processes of one interpreter that run functions. One is started when none is idle; the caller
 * says how many there are. Thread-safe.
 */
final class PythonPool implements AutoCloseable {

  /** Time for an interpreter to start and to import NumPy. */
  private static final Duration TO_GREET = Duration.ofSeconds(60);

  private final PythonFolder folder;
  private final Path interpreter;
  private final Plan plan;
  private final Duration start;
  private final List<Confinement> confinements = new ArrayList<>();
  private final Deque<ConfinedProcess> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger started = new AtomicInteger();
  private final SecureRandom tokens = new SecureRandom();
  private final PrintedLines printed;

  /** Judges a reply to a request; the process is not trusted. */
  interface Judge<T> {
    T of(ModelReply reply, long token) throws OddAnswerException;
  }

  /**
   * How processes are run.
   *
   * @param name of the card or recipe, for people
   * @param run memory, start, network and further files of each; how many there are is the caller's
   * @param threads threads of numeric libraries
   * @param hashSeed seed of the hashes of texts
   * @param gpus which GPU processes see, by turns; one that is empty for none
   * @param log takes lines that functions print
   */
  record Settings(
      String name, Run run, int threads, int hashSeed, List<String> gpus, Consumer<String> log) {}

  /**
   * @param codes what the calls are of
   * @param calls functions, by their number
   * @throws IOException where the interpreter does not run, or a file cannot be read
   */
  PythonPool(WorkerSettings worker, Settings settings, List<PythonCode> codes, List<Call> calls)
      throws IOException {
    Run run = settings.run();
    start = run.start();
    printed = new PrintedLines(settings.name(), settings.log());
    folder = PythonFolder.of(codes);
    plan = new Plan(folder.code().toString(), run.memoryMb(), calls);
    try {
      Interpreter found = Interpreter.ask(codes.get(0).interpreter(), folder.runner());
      interpreter = found.path();
      for (String gpu : settings.gpus()) {
        PythonProgram program =
            new PythonProgram(
                found,
                folder.runner(),
                folder.code(),
                run.memoryMb(),
                settings.threads(),
                settings.hashSeed(),
                run.network(),
                run.reads(),
                gpu);
        confinements.add(
            new Confinement(worker.withSandbox(false, false), program, Launcher.values()));
      }
      if (worker.sandboxRequired() && !worker.pythonTrusted()) {
        requireSandbox();
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void requireSandbox() {
    try {
      confinements.get(0).requireSandbox();
    } catch (ImageWorkerUnavailableException e) {
      throw new ImageWorkerUnavailableException(
          "--require-sandbox: Python cannot be held back here; --trust-python accepts that ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  PythonFolder folder() {
    return folder;
  }

  /**
   * An idle process, or a fresh one that has made the functions ready.
   *
   * @param first made questions for a fresh process
   * @param fits throws where the answers to them show that the functions are not ready
   * @throws ImageWorkerUnavailableException where none starts; the message says why
   */
  <T> ConfinedProcess take(
      int call, List<Item> first, Duration each, Judge<T> judge, Consumer<T> fits) {
    for (ConfinedProcess next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      if (next.isUsable()) {
        return next;
      }
      next.kill();
    }
    if (!Files.isExecutable(interpreter)) {
      throw new ImageWorkerUnavailableException("the interpreter " + interpreter + " is gone");
    }
    Confinement home = confinements.get(started.getAndIncrement() % confinements.size());
    ConfinedProcess fresh = home.start(ImageWindow.none(), List.of());
    Duration limit = start.plus(each.multipliedBy(first.size()));
    try {
      printed.add(fresh.greet(TO_GREET));
      fits.accept(
          ask(
              fresh,
              new Request(tokens.nextLong(), millis(limit), Optional.of(plan), call, first),
              limit,
              judge));
      return fresh;
    } catch (LostException e) {
      throw new ImageWorkerUnavailableException(PythonFault.of(e, limit, folder).detail());
    } catch (RuntimeException e) {
      fresh.kill();
      throw e;
    }
  }

  /** Takes a process back. */
  void give(ConfinedProcess process) {
    idle.addFirst(process);
  }

  /**
   * Asks about items. After an exception the process is gone.
   *
   * @param limit processor time for all of them
   */
  <T> T ask(ConfinedProcess process, int call, List<Item> items, Duration limit, Judge<T> judge)
      throws LostException {
    return ask(
        process,
        new Request(tokens.nextLong(), millis(limit), Optional.empty(), call, items),
        limit,
        judge);
  }

  private static int millis(Duration limit) {
    return (int) Math.min(Integer.MAX_VALUE, limit.toMillis());
  }

  private <T> T ask(ConfinedProcess process, Request request, Duration limit, Judge<T> judge)
      throws LostException {
    long token = request.token();
    Reply<T> reply =
        process.ask(token, limit, request::writeTo, in -> judge.of(ModelReply.readFrom(in), token));
    printed.add(reply.words());
    return reply.answer();
  }

  @Override
  public void close() {
    confinements.forEach(Confinement::close);
    folder.close();
  }
}
