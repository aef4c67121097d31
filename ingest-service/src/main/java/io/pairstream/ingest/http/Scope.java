package io.pairstream.ingest.http;

import java.util.Locale;

/** What a key allows. */
public enum Scope {
  /** Send pairs, links and batches. */
  PUBLISH,

  /** Ask what became of them. */
  READ;

  /** As people and keys write it: {@code publish}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
