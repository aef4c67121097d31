package io.pairstream.cli;

import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.StatusServer;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** Health and metrics of a service that has no other HTTP. */
final class StatusOptions {

  @Option(names = "--status-listen", paramLabel = "HOST:PORT")
  private ListenAddress listen;

  /**
   * Opens the server that was asked for, and says where it is; null where none was.
   *
   * @throws IOException where the address cannot be listened on
   */
  StatusServer open(SelfReport report, PrintWriter err) throws IOException {
    if (listen == null) {
      return null;
    }
    StatusServer server = new StatusServer(report, listen.hostName(), listen.port());
    listen.start(server::start, server::close);
    err.println("pairstream: health and metrics on " + listen.url(server.port()));
    err.flush();
    return server;
  }
}
