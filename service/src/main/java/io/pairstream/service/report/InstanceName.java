package io.pairstream.service.report;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.UUID;

/**
 * What this process is called among others: the host, the process id and a few random digits,
 * because in a container every start has the same host and process id.
 */
public final class InstanceName {

  /** Where the process's name stands, so that its log lines have it too. */
  public static final String PROPERTY = "pairstream.instance";

  private static final int RANDOM_DIGITS = 6;

  private InstanceName() {}

  /** The name that the process was given; a new one where it was given none. */
  public static String present() {
    return Optional.ofNullable(System.getProperty(PROPERTY)).orElseGet(InstanceName::fresh);
  }

  /** A new name. */
  public static String fresh() {
    return host()
        + "-"
        + ProcessHandle.current().pid()
        + "-"
        + UUID.randomUUID().toString().substring(0, RANDOM_DIGITS);
  }

  static String host() {
    String named = System.getenv("HOSTNAME");
    if (named != null && !named.isBlank()) {
      return named;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
