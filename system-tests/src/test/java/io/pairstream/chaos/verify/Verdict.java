package io.pairstream.chaos.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Findings of a verifier: counts, and of each kind of breach the first few as sentences. */
public final class Verdict {

  private static final int KEPT = 20;

  private final Map<Breach, Long> breaches = new EnumMap<>(Breach.class);
  private final List<String> differences = new ArrayList<>();
  private final Map<String, Long> outputs = new LinkedHashMap<>();
  private final Map<String, Long> versions = new TreeMap<>();
  private long acknowledged;
  private long inputs;
  private long unsureInputs;

  void add(Breach breach, String sentence, Object... values) {
    if (breaches.merge(breach, 1L, Long::sum) <= KEPT) {
      differences.add(breach + ": " + String.format(Locale.ROOT, sentence, values));
    }
  }

  void countOutput(String topic, long count) {
    outputs.merge(topic, count, Long::sum);
  }

  void noteVersion(String recipeVersion) {
    versions.merge(recipeVersion, 1L, Long::sum);
  }

  void countInputs(long acknowledgedOnes, long all, long unsureOnes) {
    acknowledged = acknowledgedOnes;
    inputs = all;
    unsureInputs = unsureOnes;
  }

  /** Records that the platform said it has, each once. */
  public long acknowledged() {
    return acknowledged;
  }

  /** Raw records that there are. */
  public long inputs() {
    return inputs;
  }

  /** Inputs whose producer never learnt that they are there. */
  public long unsureInputs() {
    return unsureInputs;
  }

  /** Records per output topic. */
  public Map<String, Long> outputs() {
    return outputs;
  }

  /** Outputs by the recipe version that they name. */
  public Map<String, Long> versions() {
    return versions;
  }

  public Set<Breach> breaches() {
    return breaches.keySet();
  }

  /** The first {@value #KEPT} of each kind. */
  public List<String> differences() {
    return differences;
  }

  public long count(Breach... kinds) {
    return List.of(kinds).stream().mapToLong(kind -> breaches.getOrDefault(kind, 0L)).sum();
  }

  /** The verdict in one line. */
  public String inWords() {
    return ("%s%d acknowledged, %d inputs (%d of unknown fate), %d outputs; %d lost, %d twice,"
            + " %d unaccounted, %d good in quarantine%s")
        .formatted(
            breaches.isEmpty() ? "clean: " : "NOT clean: ",
            acknowledged,
            inputs,
            unsureInputs,
            outputs.values().stream().mapToLong(Long::longValue).sum(),
            count(Breach.INPUT_LOST, Breach.NO_OUTPUT),
            count(Breach.TWICE, Breach.PAIR_TWICE),
            count(Breach.STRANGER, Breach.MISPLACED, Breach.CONTENT, Breach.UNDECIDED),
            count(Breach.GOOD_REJECTED),
            breaches.isEmpty() ? "" : "; " + breaches);
  }
}
