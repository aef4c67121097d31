package io.pairstream.trial;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.split.SplitByImage.Split;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
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
  private final Examples keptExamples = new Examples(KEPT_EXAMPLES);
  private final Map<RejectReason, Examples> refused = new EnumMap<>(RejectReason.class);
  private long copies;
  private long changedCaptions;
  private long truncatedCaptions;

  /** Pairs of a kind: how many, and the first by their ids. */
  private static final class Examples {

    private final NavigableSet<TriedPair> first =
        new TreeSet<>(Comparator.comparing(TriedPair::pairId).thenComparing(TriedPair::where));
    private final int most;
    private long count;

    Examples(int most) {
      this.most = most;
    }

    void add(TriedPair pair) {
      count++;
      first.add(pair);
      if (first.size() > most) {
        first.pollLast();
      }
    }
  }

  /** Pairs that were refused for one reason. */
  public record Refusals(RejectReason reason, long count, String remedy, List<TriedPair> examples) {

    private static Refusals of(RejectReason reason, Examples examples) {
      return new Refusals(reason, examples.count, reason.remedy(), List.copyOf(examples.first));
    }
  }

  /** Counts one pair. */
  public void add(TriedPair pair) {
    if (pair.verdict() instanceof Verdict.Kept verdict) {
      kept.merge(verdict.split(), 1L, Long::sum);
      keptExamples.add(pair);
      TokenizedCaption caption = verdict.pair().caption();
      changedCaptions += caption.caption().text().equals(pair.captionAsReceived()) ? 0 : 1;
      truncatedCaptions += caption.tokens().truncated() ? 1 : 0;
    } else if (pair.verdict() instanceof Verdict.Refused verdict) {
      refused
          .computeIfAbsent(verdict.rejection().reason(), reason -> new Examples(REFUSED_EXAMPLES))
          .add(pair);
    } else {
      copies++;
    }
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

  List<TriedPair> keptExamples() {
    return List.copyOf(keptExamples.first);
  }

  @JsonProperty
  public long keptInAll() {
    return keptExamples.count;
  }

  @JsonProperty
  public long refusedInAll() {
    return refused.values().stream().mapToLong(one -> one.count).sum();
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
    return refused.entrySet().stream()
        .map(one -> Refusals.of(one.getKey(), one.getValue()))
        .sorted(Comparator.comparingLong(Refusals::count).reversed())
        .toList();
  }
}
