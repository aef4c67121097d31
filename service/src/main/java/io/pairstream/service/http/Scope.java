package io.pairstream.service.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rights of a key. */
public enum Scope {
  /** Send pairs, links and batches. */
  PUBLISH,

  /** Ask what became of them. */
  READ,

  /** Look at the operators' pages: lag, pairs, pictures, quarantine. */
  VIEW,

  /** Decide about pairs in quarantine. */
  REVIEW;

  /** As people and keys write it: {@code publish}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope of that label; empty for one that this version does not know. */
  public static Optional<Scope> of(String label) {
    return Arrays.stream(values()).filter(scope -> scope.label().equals(label)).findFirst();
  }

  /** All labels, for a message to a person. */
  public static String labels() {
    return Arrays.stream(values()).map(Scope::label).collect(Collectors.joining(", "));
  }
}
