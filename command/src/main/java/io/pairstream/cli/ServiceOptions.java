package io.pairstream.cli;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.platform.PlatformException;
import io.pairstream.preprocess.run.PreprocessSettings;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusMetrics;
import io.pairstream.service.table.OwnFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Options of commands that run until they are stopped. */
final class ServiceOptions {

  private ServiceOptions() {}

  /** Where a service listens, and that it does until this process is asked to end. */
  static final class Listen {

    @Option(names = "--listen", paramLabel = "HOST:PORT")
    private Address listen;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /**
     * @param usualPort on loopback, where nothing else is asked for
     */
    Listen(int usualPort) {
      listen = new Address("127.0.0.1", usualPort);
    }

    ServerSettings settings() {
      return ServerSettings.of(listen.hostName(), listen.port());
    }

    /**
     * Starts a service, says where it listens, and waits until this process is asked to end, which
     * closes it; throws what makes it end before.
     */
    int run(Address.Start start, IntSupplier port, Runnable close, CompletableFuture<Void> fault)
        throws IOException, InterruptedException {
      listen.start(start, close);
      CountDownLatch closed = new CountDownLatch(1);
      Runnable end =
          () -> {
            close.run();
            closed.countDown();
          };
      Runtime.getRuntime().addShutdownHook(new Thread(end, "stop-" + spec.name()));
      PrintWriter out = spec.commandLine().getOut();
      out.println("listening on " + listen.url(port.getAsInt()));
      out.flush();
      try {
        fault.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
      // Whoever closed the service ends this process.
      closed.await();
      return ExitStatus.DONE;
    }
  }

  /** Health and metrics of a service that has no other HTTP. */
  static final class Status {

    @Option(names = "--status-listen", paramLabel = "HOST:PORT")
    private Address listen;

    /** Does a work, and serves that of it, where that was asked for, until the work ends. */
    int during(Callable<Integer> work, SelfReport report, PrintWriter err) throws Exception {
      if (listen == null) {
        return work.call();
      }
      try (WebServer server = StatusMetrics.server(report, listen.hostName(), listen.port())) {
        listen.start(server::start, server::close);
        err.println("pairstream: health and metrics on " + listen.url(server.port()));
        err.flush();
        return work.call();
      }
    }
  }

  /** Where a service keeps files of its own. */
  static final class State {

    private final String usual;

    @Option(names = "--state-dir", paramLabel = "DIR")
    private Path folder;

    /**
     * @param usual name of the folder in the data directory
     */
    State(String usual) {
      this.usual = usual;
    }

    /**
     * The folder, made for its owner alone where missing.
     *
     * @throws PlatformException where nothing can be written there
     */
    Path folder(ClusterOptions options) {
      Path chosen = folder == null ? options.dataDirectory().resolve(usual) : folder;
      try {
        Files.delete(Files.createTempFile(OwnFolder.make(chosen), "may-write", ""));
        return chosen;
      } catch (IOException e) {
        String why =
            e instanceof FileAlreadyExistsException ? "it is a file" : RootCause.message(e);
        throw new PlatformException(
            "the state folder %s cannot be used: %s; each running instance needs one of its own that it may write, by --state-dir"
                .formatted(chosen, why),
            e);
      }
    }
  }

  /**
   * Where a service listens, as {@code HOST:PORT}.
   *
   * @param host as it was written, an IPv6 address in its brackets
   * @param port 0 for any
   */
  record Address(String host, int port) {

    private static final Pattern ADDRESS = Pattern.compile("(.+):([0-9]{1,5})");

    static Address parse(String text) {
      Matcher address = ADDRESS.matcher(text);
      if (!address.matches()) {
        throw new TypeConversionException(
            "right is HOST:PORT, such as 127.0.0.1:8080, not " + text);
      }
      return new Address(address.group(1), Integer.parseInt(address.group(2)));
    }

    /** As it is typed. */
    @Override
    public String toString() {
      return host + ":" + port;
    }

    /** Without the brackets in which an IPv6 address stands before a port. */
    String hostName() {
      return host.startsWith("[") && host.endsWith("]")
          ? host.substring(1, host.length() - 1)
          : host;
    }

    /** Where to reach it, once the port is known. */
    String url(int actualPort) {
      return "http://" + host + ":" + actualPort;
    }

    /** What begins to listen. */
    interface Start {
      void run() throws IOException;
    }

    /** Begins to listen; closes what was to do it where that fails, and says where. */
    void start(Start service, Runnable close) throws IOException {
      try {
        service.run();
      } catch (IOException e) {
        close.run();
        throw new IOException("cannot listen on " + this + ": " + RootCause.message(e), e);
      }
    }
  }

  /** How long one image may take, and what has to hold its worker back. */
  static final class Workers {

    /** How many deadlines a worker may take to start, which is slow where decoding is. */
    private static final int STARTS_WITHIN = 6;

    @Option(names = "--decode-deadline", paramLabel = "TIME", defaultValue = "5s")
    private Duration deadline;

    @Option(names = "--images-per-worker", paramLabel = "N", defaultValue = "100000")
    private int imagesPerWorker;

    @Option(names = "--require-sandbox")
    private boolean sandboxRequired;

    /**
     * So many workers, with more time to start where the deadline is longer than usual.
     *
     * @throws IllegalArgumentException for a deadline that no image can keep
     */
    WorkerSettings of(int workers) {
      WorkerSettings untimed =
          WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), workers)
              .withImagesPerWorker(imagesPerWorker)
              .withSandboxRequired(sandboxRequired);
      try {
        WorkerSettings timed = untimed.withDeadline(deadline);
        Duration start = deadline.multipliedBy(STARTS_WITHIN);
        return start.compareTo(timed.startLimit()) > 0 ? timed.withStartLimit(start) : timed;
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("--decode-deadline: " + deadline + " is too long", e);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("--decode-deadline: " + e.getMessage(), e);
      }
    }

    /**
     * The options for services with image workers in processes of their own.
     *
     * @throws ImageWorkerUnavailableException where a sandbox is asked for and not to be had
     * @throws IllegalArgumentException for a deadline that no image can keep, or that is longer
     *     than brokers let a transaction wait for it
     */
    List<String> arguments() {
      PreprocessSettings.requireShortEnough(1, of(1));
      requireSandbox();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--decode-deadline",
                  deadline.toString(),
                  "--images-per-worker",
                  String.valueOf(imagesPerWorker)));
      if (sandboxRequired) {
        arguments.add("--require-sandbox");
      }
      return arguments;
    }

    /**
     * Finds out whether this system can hold image workers back, where that is asked for.
     *
     * @throws ImageWorkerUnavailableException if it cannot
     */
    void requireSandbox() {
      if (sandboxRequired) {
        try (ImageWorkerPool tried = new ImageWorkerPool(of(1))) {
          tried.requireSandbox();
        }
      }
    }
  }
}
