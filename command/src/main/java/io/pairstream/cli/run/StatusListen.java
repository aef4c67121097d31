package io.pairstream.cli.run;

import io.pairstream.service.http.WebServer;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusMetrics;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** Health and metrics of a service that has no other HTTP. */
public final class StatusListen {

  @Option(names = "--status-listen", paramLabel = "HOST:PORT")
  private Address listen;

  /** Does a work, and serves that of it, where that was asked for, until the work ends. */
  public int during(Callable<Integer> work, SelfReport report, PrintWriter err) throws Exception {
    if (listen == null) {
      return work.call();
    }
    try (WebServer server = StatusMetrics.server(report, listen.hostName(), listen.port())) {
      listen.start(server::start, server::close);
      report.add(reading -> reading.fact(SelfReport.HEALTH, server.url()));
      err.println("pairstream: health and metrics on " + server.url());
      err.flush();
      return work.call();
    }
  }
}
