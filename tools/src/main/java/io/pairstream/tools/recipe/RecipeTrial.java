package io.pairstream.tools.recipe;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Runs a recipe over local pairs and counts what it makes of them. Nothing is published. For one
 * thread.
 */
public final class RecipeTrial implements AutoCloseable {

  private final CleaningPlan plan;
  private final PairJudge judge;
  private final InOrder<Tried> work;
  private final ContactSheet sheet;
  private final Set<String> keptPairIds = new HashSet<>();
  private final Map<Split, Long> kept = new EnumMap<>(Split.class);
  private final Groups<Example> rejected = new Groups<>();
  private long begun;
  private long pairs;
  private long copies;
  private long changedCaptions;
  private long truncatedCaptions;
  private long problems;

  /**
   * Counts of what a recipe made of all pairs.
   *
   * @param kept pairs by the split that they would be published on
   * @param copies pairs whose image and caption were both kept before
   * @param changedCaptions kept pairs whose caption cleaning has changed
   * @param truncatedCaptions kept pairs whose caption has more tokens than fit
   * @param refusals the reasons that occurred, the most frequent first
   * @param problemCount lines or files that gave no pair
   */
  public record Result(
      long pairs,
      Map<Split, Long> kept,
      long copies,
      long changedCaptions,
      long truncatedCaptions,
      List<Refusals> refusals,
      long problemCount) {

    /** Pairs for which a step failed. */
    public long crashed() {
      return refusals.stream().mapToLong(of -> of.reason().isCrash() ? of.count() : 0).sum();
    }
  }

  /** Pairs that were refused for one reason; the first of them as examples. */
  public record Refusals(RejectReason reason, long count, String remedy, List<Example> examples) {}

  /** A pair that was refused. */
  public record Example(String where, String pairId, String detail) {}

  private record Tried(
      String where, RawPair pair, String imageDigest, Outcome<CleanedPair> outcome) {}

  /**
   * @param sheet takes the pairs that are tried, but for copies; null where none is made
   * @param tried hears how many pairs have been tried
   */
  public RecipeTrial(CleaningPlan plan, int threads, ContactSheet sheet, LongConsumer tried) {
    this.plan = plan;
    this.sheet = sheet;
    this.judge = new PairJudge(plan);
    this.work =
        new InOrder<>(
            threads,
            one -> {
              count(one);
              tried.accept(pairs);
            });
  }

  /**
   * Tries a pair, after all that were added before.
   *
   * @param where its place in the source: {@code captions.csv:12}
   */
  public void add(String where, RawPair pair) {
    begun++;
    String imageDigest = PairIdentity.imageDigest(pair.getImage());
    work.add(() -> new Tried(where, pair, imageDigest, judge.judge(pair, Set.of())));
  }

  /** Counts lines or files that give no pair. */
  public void addProblems(long rows) {
    problems += rows;
  }

  /** Number of pairs that were added. */
  public long added() {
    return begun;
  }

  private void count(Tried tried) {
    pairs++;
    RawPair pair = tried.pair();
    String pairId = PairIdentity.pairId(tried.imageDigest(), pair.getCaption());
    if (sheet != null && !keptPairIds.contains(pairId)) {
      sheet.add(tried.where(), pair, tried.outcome());
    }
    for (CleanedPair cleaned : tried.outcome().keptOnly()) {
      if (keptPairIds.add(pairId)) {
        kept.merge(plan.split().assign(tried.imageDigest()).split(), 1L, Long::sum);
        changedCaptions += cleaned.caption().caption().text().equals(pair.getCaption()) ? 0 : 1;
        truncatedCaptions += cleaned.caption().tokens().truncated() ? 1 : 0;
      } else {
        copies++;
      }
    }
    for (Rejection refused : tried.outcome().rejectedOnly()) {
      Example example = new Example(tried.where(), pairId, refused.detail());
      rejected.add(refused.reason().name(), example);
    }
  }

  /** Result of all pairs so far, once they are tried. */
  public Result result() {
    work.finish();
    List<Refusals> refusals =
        rejected.all().stream()
            .map(
                one -> {
                  RejectReason reason = RejectReason.valueOf(one.name());
                  return new Refusals(reason, one.count(), reason.remedy(), one.examples());
                })
            .toList();
    return new Result(pairs, kept, copies, changedCaptions, truncatedCaptions, refusals, problems);
  }

  /** Tries nothing more. */
  @Override
  public void close() {
    work.close();
  }
}
