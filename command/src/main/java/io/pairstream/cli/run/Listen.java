package io.pairstream.cli.run;

import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.Threads;
import io.pairstream.service.http.PemCertificate;
import io.pairstream.service.http.ServerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a service listens, and that it does until this process is asked to end. */
final class Listen {

  @Option(names = "--listen", paramLabel = "HOST:PORT")
  private Address listen;

  @ArgGroup(exclusive = false)
  private Certificate certificate;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * @param usualPort on loopback, where nothing else is asked for
   */
  Listen(int usualPort) {
    listen = new Address("127.0.0.1", usualPort);
  }

  /** Where the certificate for https is: both files, or neither. */
  private static final class Certificate {

    @Option(names = "--tls-certificate", paramLabel = "FILE", required = true)
    private Path chain;

    @Option(names = "--tls-key", paramLabel = "FILE", required = true)
    private Path key;

    PemCertificate load() {
      PemCertificate files = new PemCertificate(chain, key);
      try {
        files.load();
      } catch (IOException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
      return files;
    }
  }

  /**
   * Settings of the server.
   *
   * @throws IllegalArgumentException where the files of the certificate are not there, or do not
   *     belong together
   */
  public ServerSettings settings() {
    return ServerSettings.of(
        listen.hostName(), listen.port(), certificate == null ? null : certificate.load());
  }

  /**
   * Starts a service, says where it listens, and waits until this process is asked to end, which
   * closes it; throws what makes it end before.
   */
  public int run(
      Address.Start start, IntSupplier port, Runnable close, CompletableFuture<Void> fault)
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
    out.println(
        "listening on " + listen.url(certificate != null ? "https" : "http", port.getAsInt()));
    out.flush();
    Threads.join(fault);
    // The thread that closed the service ends this process.
    closed.await();
    return ExitStatus.DONE;
  }
}
