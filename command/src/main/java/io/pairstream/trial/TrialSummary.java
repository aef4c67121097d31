package io.pairstream.trial;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.split.Split;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What a recipe made of all pairs: counts, and of each kind some examples, those with the smallest
 * ids, which are drawn evenly. Not thread-safe.
 */
public final class TrialSummary {

  private static final int KEPT_EXAMPLES = 120;
  private static final int REFUSED_EXAMPLES = 40;

  private final Map<Split, Long> kept = new EnumMap<>(Split.class);
  private final NavigableSet<TriedPair> keptExamples = byId();
  private final Map<RejectReason, Refusals> refused = new EnumMap<>(RejectReason.class);
  private long copies;
  private long changedCaptions;
  private long truncatedCaptions;

  /** Counts one pair. */
  public void add(TriedPair pair) {
    if (pair.verdict() instanceof Verdict.Kept verdict) {
      kept.merge(verdict.split(), 1L, Long::sum);
      add(keptExamples, pair, KEPT_EXAMPLES);
      if (!verdict.pair().caption().caption().text().equals(pair.captionAsReceived())) {
        changedCaptions++;
      }
      if (verdict.pair().caption().tokens().truncated()) {
        truncatedCaptions++;
      }
    } else if (pair.verdict() instanceof Verdict.Refused verdict) {
      refused.computeIfAbsent(verdict.rejection().reason(), Refusals::new).add(pair);
    } else {
      copies++;
    }
  }

  private static void add(NavigableSet<TriedPair> examples, TriedPair pair, int most) {
    examples.add(pair);
    if (examples.size() > most) {
      examples.pollLast();
    }
  }

  private static NavigableSet<TriedPair> byId() {
    return new TreeSet<>(Comparator.comparing(TriedPair::pairId).thenComparing(TriedPair::where));
  }

  @JsonProperty
  public long pairs() {
    return keptInAll() + refusedInAll() + copies;
  }

  /** Kept pairs by the split that they would be published on. */
  @JsonProperty
  public Map<Split, Long> kept() {
    return kept;
  }

  public List<TriedPair> keptExamples() {
    return List.copyOf(keptExamples);
  }

  @JsonProperty
  public long keptInAll() {
    return kept.values().stream().mapToLong(Long::longValue).sum();
  }

  @JsonProperty
  public long refusedInAll() {
    return refused.values().stream().mapToLong(Refusals::count).sum();
  }

  /** Pairs whose image and caption were both kept before. */
  @JsonProperty
  public long copies() {
    return copies;
  }

  /** Kept pairs whose caption cleaning has changed. */
  @JsonProperty
  public long changedCaptions() {
    return changedCaptions;
  }

  /** Kept pairs whose caption has more tokens than fit. */
  @JsonProperty
  public long truncatedCaptions() {
    return truncatedCaptions;
  }

  /** The reasons that occurred, the most frequent first. */
  @JsonProperty
  public List<Refusals> refusals() {
    return refused.values().stream()
        .sorted(Comparator.comparingLong(Refusals::count).reversed())
        .toList();
  }

  /** Pairs that were refused for one reason. */
  public static final class Refusals {

    private final RejectReason reason;
    private final NavigableSet<TriedPair> examples = byId();
    private long count;

    private Refusals(RejectReason reason) {
      this.reason = reason;
    }

    private void add(TriedPair pair) {
      count++;
      TrialSummary.add(examples, pair, REFUSED_EXAMPLES);
    }

    @JsonProperty
    public RejectReason reason() {
      return reason;
    }

    @JsonProperty
    public long count() {
      return count;
    }

    @JsonProperty
    public String remedy() {
      return reason.remedy();
    }

    @JsonProperty
    public List<TriedPair> examples() {
      return List.copyOf(examples);
    }
  }
}
