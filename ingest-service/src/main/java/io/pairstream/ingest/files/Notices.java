package io.pairstream.ingest.files;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** How data sets are read where that is not plain: each kind of thing is said once of all. */
public final class Notices {

  private final Consumer<String> listener;
  private final Set<String> kinds = new HashSet<>();

  /**
   * @param listener hears sentences for the data sets' owner
   */
  public Notices(Consumer<String> listener) {
    this.listener = listener;
  }

  void once(String kind, String sentence) {
    if (kinds.add(kind)) {
      listener.accept(sentence);
    }
  }
}
