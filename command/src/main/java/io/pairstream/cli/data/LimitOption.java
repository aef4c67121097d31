package io.pairstream.cli.data;

import picocli.CommandLine.Option;

/** Option that ends a run early. */
public final class LimitOption {

  @Option(names = "--limit", paramLabel = "N")
  private Long limit;

  /**
   * Most things to take; {@link Long#MAX_VALUE} for all.
   *
   * @throws IllegalArgumentException for a negative number
   */
  public long most() {
    if (limit != null && limit < 0) {
      throw new IllegalArgumentException("--limit must be at least 0, was " + limit);
    }
    return limit == null ? Long.MAX_VALUE : limit;
  }
}
