package io.pairstream.trial;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.SplitByImage.Split;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.tools.recipe.ContactSheet;
import io.pairstream.tools.recipe.Groups;
import io.pairstream.tools.recipe.InOrder;
import io.pairstream.tools.recipe.PairJudge;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Runs a recipe over local files and counts what it makes of them. Nothing is published. For one
 * thread.
 */
public final class RecipeTrial {

  private final CleaningPlan plan;
  private final PairJudge judge;
  private final int threads;
  private final ContactSheet sheet;
  private final Set<String> keptPairIds = new HashSet<>();
  private final Map<Split, Long> kept = new EnumMap<>(Split.class);
  private final Groups<Example> rejected = new Groups<>();
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
      long problemCount) {}

  /** Pairs that were refused for one reason; the first of them as examples. */
  public record Refusals(RejectReason reason, long count, String remedy, List<Example> examples) {}

  /** A pair that was refused. */
  public record Example(String where, String pairId, String detail) {}

  private record Tried(SourceItem.Pair item, String imageDigest, Outcome<CleanedPair> outcome) {}

  /**
   * @param sheet takes the pairs that are tried, but for copies; null where none is made
   */
  public RecipeTrial(CleaningPlan plan, int threads, ContactSheet sheet) {
    this.plan = plan;
    this.sheet = sheet;
    this.judge = new PairJudge(plan);
    this.threads = threads;
  }

  /**
   * Tries the pairs of a source, in its order.
   *
   * @param limit of pairs, those of sources before included
   * @param tried hears how many pairs have been tried
   * @param problem hears of what gives no pair
   * @return what came of it, and of all sources before
   */
  public Result run(
      PairSource source, long limit, LongConsumer tried, Consumer<SourceItem.Problem> problem) {
    try (InOrder<Tried> work =
        new InOrder<>(
            threads,
            one -> {
              count(one);
              tried.accept(pairs);
            })) {
      long begun = pairs;
      while (begun < limit && source.hasNext()) {
        SourceItem item = source.next();
        if (item instanceof SourceItem.Pair pair) {
          RawPair raw = pair.pair();
          String imageDigest = PairIdentity.imageDigest(raw.getImage());
          work.add(() -> new Tried(pair, imageDigest, judge.judge(raw, Set.of())));
          begun++;
        } else {
          SourceItem.Problem why =
              item instanceof SourceItem.Problem known
                  ? known
                  : new SourceItem.Problem(
                      item.entry(),
                      item.where(),
                      "its image is at a URL, and nothing is fetched here");
          problems += why.rows();
          problem.accept(why);
        }
      }
      work.finish();
    }
    return result();
  }

  private void count(Tried tried) {
    pairs++;
    RawPair pair = tried.item().pair();
    String pairId = PairIdentity.pairId(tried.imageDigest(), pair.getCaption());
    if (sheet != null && !keptPairIds.contains(pairId)) {
      sheet.add(tried.item().where(), pair, tried.outcome());
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
      Example example = new Example(tried.item().where(), pairId, refused.detail());
      rejected.add(refused.reason().name(), example);
    }
  }

  /** Result of all sources so far. */
  public Result result() {
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
}
