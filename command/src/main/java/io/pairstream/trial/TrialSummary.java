package io.pairstream.trial;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.split.Split;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a recipe made of all pairs: counts, and a few examples of each. Not thread-safe. */
public final class TrialSummary {

  private final int examplesPerReason;
  private final Map<Split, Long> kept = new EnumMap<>(Split.class);
  private final Map<RejectReason, Refusals> refused = new EnumMap<>(RejectReason.class);
  private long copies;
  private long changedCaptions;
  private long truncatedCaptions;

  public TrialSummary(int examplesPerReason) {
    this.examplesPerReason = examplesPerReason;
  }

  /** Counts one pair. */
  public void add(TriedPair pair) {
    if (pair.verdict() instanceof Verdict.Kept verdict) {
      kept.merge(verdict.split(), 1L, Long::sum);
      if (!verdict.pair().caption().caption().text().equals(pair.captionAsReceived())) {
        changedCaptions++;
      }
      if (verdict.pair().caption().tokens().truncated()) {
        truncatedCaptions++;
      }
    } else if (pair.verdict() instanceof Verdict.Refused verdict) {
      refused
          .computeIfAbsent(verdict.rejection().reason(), Refusals::new)
          .add(pair.where(), verdict.rejection(), examplesPerReason);
    } else {
      copies++;
    }
  }

  public long pairs() {
    return keptInAll() + refusedInAll() + copies;
  }

  public long kept(Split split) {
    return kept.getOrDefault(split, 0L);
  }

  public long keptInAll() {
    return kept.values().stream().mapToLong(Long::longValue).sum();
  }

  public long refusedInAll() {
    return refused.values().stream().mapToLong(Refusals::count).sum();
  }

  /** Pairs whose image and caption were both kept before. */
  public long copies() {
    return copies;
  }

  /** Kept pairs whose caption cleaning has changed. */
  public long changedCaptions() {
    return changedCaptions;
  }

  /** Kept pairs whose caption has more tokens than fit. */
  public long truncatedCaptions() {
    return truncatedCaptions;
  }

  /** The reasons that occurred, the most frequent first. */
  public List<Refusals> refusals() {
    return refused.values().stream()
        .sorted(Comparator.comparingLong(Refusals::count).reversed())
        .toList();
  }

  /** Pairs that were refused for one reason. */
  public static final class Refusals {

    private final RejectReason reason;
    private final List<Example> examples = new ArrayList<>();
    private long count;

    private Refusals(RejectReason reason) {
      this.reason = reason;
    }

    private void add(String where, Rejection rejection, int mostExamples) {
      count++;
      if (examples.size() < mostExamples) {
        examples.add(new Example(where, rejection));
      }
    }

    public RejectReason reason() {
      return reason;
    }

    public long count() {
      return count;
    }

    /** The first of them. */
    public List<Example> examples() {
      return List.copyOf(examples);
    }
  }

  /** One refused pair. */
  public record Example(String where, Rejection rejection) {}
}
