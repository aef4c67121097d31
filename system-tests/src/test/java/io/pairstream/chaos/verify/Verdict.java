package io.pairstream.chaos.verify;

import java.util.List;
import java.util.Map;

/**
 * What a verifier found.
 *
 * @param acknowledged records that the platform said it has, each once
 * @param inputs raw records that there are
 * @param unsureInputs those among them whose producer never learnt that they are there
 * @param outputs records per output topic
 * @param breaches how many of each kind, in full; without those of which there are none
 * @param differences sentences, by kind; of each kind the first {@value Breaches#KEPT}
 */
public record Verdict(
    long acknowledged,
    long inputs,
    long unsureInputs,
    Map<String, Long> outputs,
    Map<Breach, Long> breaches,
    List<String> differences) {

  public boolean isClean() {
    return breaches.isEmpty();
  }

  /** Inputs that are gone or have no output. */
  public long lost() {
    return count(Breach.INPUT_LOST) + count(Breach.NO_OUTPUT);
  }

  /** Inputs and pairs with more than one output. */
  public long twice() {
    return count(Breach.TWICE) + count(Breach.PAIR_TWICE);
  }

  /** Records on raw or output topics that nothing explains. */
  public long unaccounted() {
    return count(Breach.STRANGER)
        + count(Breach.MISPLACED)
        + count(Breach.CONTENT)
        + count(Breach.UNDECIDED);
  }

  /** Good pairs in quarantine. */
  public long wronglyRejected() {
    return count(Breach.GOOD_REJECTED);
  }

  public long count(Breach breach) {
    return breaches.getOrDefault(breach, 0L);
  }

  /** The verdict in one line. */
  public String inWords() {
    return (isClean() ? "clean: " : "NOT clean: ")
        + acknowledged
        + " acknowledged, "
        + inputs
        + " inputs ("
        + unsureInputs
        + " of unknown fate), "
        + outputs.values().stream().mapToLong(count -> count).sum()
        + " outputs; "
        + lost()
        + " lost, "
        + twice()
        + " twice, "
        + unaccounted()
        + " unaccounted, "
        + wronglyRejected()
        + " good in quarantine"
        + (isClean() ? "" : "; " + breaches);
  }
}
