package io.pairstream.operations.actions;

/**
 * Who acts.
 *
 * @param name the owner of the key, or the operator at the command line
 * @param keyId public part of the key; empty at the command line
 */
public record Actor(String name, String keyId) {

  /** Whom this process runs as, as the operating system says: a property can be set by anybody. */
  public static Actor atTheCommandLine() {
    return new Actor(
        ProcessHandle.current()
            .info()
            .user()
            .orElseGet(() -> System.getProperty("user.name", "unknown")),
        "");
  }
}
