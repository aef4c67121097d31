package io.pairstream.operations.catalogue;

import java.util.List;

/**
 * A uniform sample of the recent pairs of one source.
 *
 * @param source source kind
 * @param seen how many pairs it was taken from
 * @param pairs newest first
 */
public record SourceSample(String source, long seen, List<FoundPair> pairs) {

  public SourceSample {
    pairs = List.copyOf(pairs);
  }
}
