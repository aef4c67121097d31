package io.pairstream.operations.actions;

/**
 * Who acts.
 *
 * @param name the owner of the key, or the operator at the command line
 * @param keyId public part of the key; empty at the command line
 */
public record Actor(String name, String keyId) {

  /** Whom this process runs as. */
  public static Actor atTheCommandLine() {
    return new Actor(System.getProperty("user.name"), "");
  }
}
