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
  private final Deque<Running> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger started = new AtomicInteger();
  private final SecureRandom tokens = new SecureRandom();
  private final PrintedLines printed;

  /** A process, and where it belongs. */
  record Running(ConfinedProcess process, Confinement home) {}

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
  <T> Running take(int call, List<Item> first, Duration each, Judge<T> judge, Consumer<T> fits) {
    for (Running next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
      if (next.process().isUsable()) {
        return next;
      }
      forget(next);
    }
    if (!Files.isExecutable(interpreter)) {
      throw new ImageWorkerUnavailableException("the interpreter " + interpreter + " is gone");
    }
    Confinement home = confinements.get(started.getAndIncrement() % confinements.size());
    Running fresh = new Running(home.start(ImageWindow.none(), List.of()), home);
    Duration limit = start.plus(each.multipliedBy(first.size()));
    try {
      printed.add(fresh.process().greet(TO_GREET));
      fits.accept(
          ask(
              fresh,
              new Request(tokens.nextLong(), millis(limit), Optional.of(plan), call, first),
              limit,
              judge));
      return fresh;
    } catch (LostException e) {
      forget(fresh);
      throw new ImageWorkerUnavailableException(PythonFault.of(e, limit, folder).detail());
    } catch (RuntimeException e) {
      forget(fresh);
      throw e;
    }
  }

  /** Takes a process back. */
  void give(Running process) {
    idle.addFirst(process);
  }

  /** Ends a process. */
  void forget(Running process) {
    process.home().forget(process.process());
  }

  /**
   * Asks about items. After an exception the process is gone.
   *
   * @param limit processor time for all of them
   */
  <T> T ask(Running process, int call, List<Item> items, Duration limit, Judge<T> judge)
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

  private <T> T ask(Running process, Request request, Duration limit, Judge<T> judge)
      throws LostException {
    long token = request.token();
    try {
      Reply<T> reply =
          process
              .process()
              .ask(token, limit, request::writeTo, in -> judge.of(ModelReply.readFrom(in), token));
      printed.add(reply.words());
      return reply.answer();
    } catch (LostException e) {
      forget(process);
      throw e;
    }
  }

  @Override
  public void close() {
    confinements.forEach(Confinement::close);
    folder.close();
  }
}
