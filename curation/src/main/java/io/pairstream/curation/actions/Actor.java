package io.pairstream.curation.actions;

import io.pairstream.service.report.SelfReport;

/**
 * Who acts.
 *
 * @param name the owner of the key; at the command line {@code USER on HOST, not authenticated}
 * @param keyId public part of the key; empty at the command line
 */
public record Actor(String name, String keyId) {

  private static final String COMMAND_LINE = "%s on %s, not authenticated";

  /**
   * Whom this process runs as, and on which host: all that is known of a caller without a key. The
   * name is as the operating system says, as a property can be set by anybody.
   */
  public static Actor atTheCommandLine() {
    String user =
        ProcessHandle.current()
            .info()
            .user()
            .orElseGet(() -> System.getProperty("user.name", "unknown"));
    return new Actor(COMMAND_LINE.formatted(user, SelfReport.host()), "");
  }
}
