package io.pairstream.chaos.verify;

import java.util.List;
import java.util.Map;

/**
 * Findings of a verifier.
 *
 * @param differences the first of them, as sentences
 * @param acknowledged raw records of which their producers were told
 * @param inputs raw records that there are
 * @param outputs records per output topic
 * @param versions outputs by the recipe version that they name
 */
public record Verdict(
    List<String> differences,
    long acknowledged,
    long inputs,
    Map<String, Long> outputs,
    Map<String, Long> versions) {

  /** The verdict in one line. */
  public String inWords() {
    return "%s: %d acknowledged, %d inputs, outputs %s"
        .formatted(differences.isEmpty() ? "clean" : "NOT clean", acknowledged, inputs, outputs);
  }
}
