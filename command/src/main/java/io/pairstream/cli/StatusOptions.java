package io.pairstream.cli;

import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** Health and metrics of a service that has no other HTTP. */
final class StatusOptions {

  @Option(names = "--status-listen", paramLabel = "HOST:PORT")
  private ListenAddress listen;

  /** Does a work, and serves that of it, where that was asked for, until the work ends. */
  int during(Callable<Integer> work, SelfReport report, PrintWriter err) throws Exception {
    if (listen == null) {
      return work.call();
    }
    try (StatusServer server = new StatusServer(report, listen.hostName(), listen.port())) {
      listen.start(server::start, server::close);
      err.println("pairstream: health and metrics on " + listen.url(server.port()));
      err.flush();
      return work.call();
    }
  }
}
