package io.pairstream.trial;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.ingest.files.PairSource;
import io.pairstream.ingest.files.SourceItem;
import io.pairstream.ingest.publish.NewPair;
import io.pairstream.schemas.PairIdentity;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;

/** Runs a recipe's plan over the pairs of a source, in its order. */
public final class RecipeTrial {

  private final CleaningPlan plan;
  private final int threads;
  private final Set<String> keptPairIds = new HashSet<>();

  /**
   * @param plan the plan; its worker takes {@code threads} calls at a time
   * @param threads pairs in work at a time; at least 1
   */
  public RecipeTrial(CleaningPlan plan, int threads) {
    this.plan = plan;
    this.threads = threads;
  }

  /**
   * Tries up to {@code limit} pairs and tells of each in the source's order.
   *
   * @param problems hears of lines and files that give no pair
   * @throws ImageWorkerUnavailableException where no image worker can work at all
   */
  public void run(
      PairSource source,
      long limit,
      Consumer<TriedPair> pairs,
      Consumer<SourceItem.Problem> problems) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      Queue<Future<Tried>> inWork = new ArrayDeque<>();
      long begun = 0;
      while (begun < limit && source.hasNext()) {
        SourceItem item = source.next();
        if (item instanceof SourceItem.Problem problem) {
          problems.accept(problem);
          continue;
        }
        if (item instanceof SourceItem.Link link) {
          problems.accept(
              new SourceItem.Problem(
                  link.entry(),
                  link.where(),
                  "its image is at a URL, and nothing is fetched here"));
          continue;
        }
        SourceItem.Pair pair = (SourceItem.Pair) item;
        inWork.add(executor.submit(() -> tried(pair)));
        begun++;
        if (inWork.size() > 2 * threads) { // each holds an image of up to 8 MiB
          pairs.accept(judged(inWork.remove()));
        }
      }
      while (!inWork.isEmpty()) {
        pairs.accept(judged(inWork.remove()));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  /** A pair without regard to those before it. */
  private record Tried(SourceItem.Pair item, String pairId, Verdict verdict) {}

  private Tried tried(SourceItem.Pair item) {
    NewPair pair = item.pair();
    String imageDigest = PairIdentity.imageDigest(pair.image());
    Outcome<CleanedPair> outcome =
        plan.screen(imageDigest).then(digest -> plan.gate(submitted(pair))).then(plan::clean);
    Verdict verdict =
        outcome.fold(
            cleaned -> new Verdict.Kept(cleaned, plan.split().assign(imageDigest).split()),
            Verdict.Refused::new);
    return new Tried(item, PairIdentity.pairId(imageDigest, pair.caption()), verdict);
  }

  private TriedPair judged(Future<Tried> future) {
    Tried tried = await(future);
    boolean isCopy = tried.verdict() instanceof Verdict.Kept && !keptPairIds.add(tried.pairId());
    return new TriedPair(
        tried.item().where(),
        tried.pairId(),
        tried.item().pair().caption(),
        isCopy ? new Verdict.Copy() : tried.verdict());
  }

  private static SubmittedPair submitted(NewPair pair) {
    return new SubmittedPair(
        new EncodedImage(Utils.toArray(pair.image())),
        new ReceivedCaption(
            pair.caption(),
            pair.language(),
            pair.annotations().getOrDefault("file_name", pair.url())),
        pair.annotations());
  }

  private static Tried await(Future<Tried> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a recipe is tried", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
