package io.pairstream.service.http;

import java.util.Optional;

/** Says which limit holds for what a route gives to read. Thread-safe. */
@FunctionalInterface
public interface ReadLimits {

  /** No limit for any route. */
  ReadLimits NONE = route -> Optional.empty();

  /**
   * The limit that a route shares with others, always the same one for a route. Routes that take a
   * body, answer at once or are open to anybody have none.
   */
  Optional<ReadLimit> of(Route route);
}
