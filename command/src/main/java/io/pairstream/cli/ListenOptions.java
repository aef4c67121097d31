package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.service.http.ServerSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a service listens, and that it does until this process is asked to end. */
final class ListenOptions {

  @Option(names = "--listen", paramLabel = "HOST:PORT", converter = ListenAddress.Reader.class)
  private ListenAddress listen;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param usualPort on loopback, where nothing else is asked for
   */
  ListenOptions(int usualPort) {
    listen = new ListenAddress("127.0.0.1", usualPort);
  }

  ServerSettings settings() {
    return ServerSettings.of(listen.hostName(), listen.port());
  }

  /** Starts what listens; closes it where it cannot. */
  void start(ListenAddress.Start service, Runnable close) throws IOException {
    listen.start(service, close);
  }

  /**
   * Says where the service listens, and closes it when this process is asked to end.
   *
   * @param jsonKey of its address; empty to say it in words
   */
  void announce(int port, String jsonKey, Runnable close) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  close.run();
                  closed.countDown();
                },
                "stop-" + spec.name()));
    String url = listen.url(port);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        jsonKey.isEmpty()
            ? "listening on " + url
            : JsonMapper.builder().build().createObjectNode().put(jsonKey, url).toString());
    out.flush();
  }

  /** Waits until the service is closed; throws what makes it end before. */
  int awaitEnd(CompletableFuture<Void> fault) throws InterruptedException {
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
