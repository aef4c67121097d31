package io.pairstream.image.sandbox;

/** Command that starts a worker inside the outer wall of its {@link Sandbox}; best first. */
public enum Launcher {
  BUBBLEWRAP("bubblewrap"),
  UTIL_LINUX("util-linux"),
  /** No wall but limits. */
  PRLIMIT("prlimit"),
  /** Nothing at all. */
  NONE("none");

  private final String words;

  Launcher(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  boolean hasNamespaces() {
    return this == BUBBLEWRAP || this == UTIL_LINUX;
  }
}
