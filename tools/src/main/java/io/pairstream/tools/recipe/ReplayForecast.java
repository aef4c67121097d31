package io.pairstream.tools.recipe;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.tools.recipe.Groups.Example;
import io.pairstream.tools.recipe.Groups.Group;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Tells what a recipe would make of entries of the quarantine that are sent again. */
public final class ReplayForecast implements AutoCloseable {

  private final Quarantine quarantine;
  private final PairJudge judge;
  private final InOrder<Judged> work;
  private final Groups<Example> groups = new Groups<>();
  private long passed;
  private long links;

  /**
   * Outcome of a replay of all entries.
   *
   * @param passed how many the recipe lets through
   * @param rejected entries that the recipe rejects, by reason
   * @param links number of links, which must be fetched before they can be judged
   */
  public record Result(long passed, List<Group<Example>> rejected, long links) {}

  private record Judged(String id, String caption, Outcome<?> outcome) {}

  public ReplayForecast(ClusterAccess cluster, CleaningPlan plan, int threads) {
    this.quarantine = new Quarantine(cluster);
    this.judge = new PairJudge(plan);
    this.work = new InOrder<>(threads, this::count);
  }

  /** Judges what would be sent of an entry. */
  public void add(QuarantinedPair entry, ProducerRecord<byte[], byte[]> sent) {
    Optional<RawPair> raw = quarantine.raw(entry);
    String caption = raw.map(RawPair::getCaption).orElse("");
    if (quarantine.link(entry).isPresent()) {
      links++;
    } else if (raw.isEmpty() || PairJudge.isOfNoRecipe(entry.getReason())) {
      groups.add(entry.getReason(), Example.of(entry, caption));
    } else {
      Set<RejectReason> waived = PairJudge.waived(sent.headers());
      String id = entry.getPairId();
      work.add(() -> new Judged(id, caption, judge.judge(raw.get(), waived)));
    }
  }

  private void count(Judged of) {
    passed += of.outcome().keptOnly().size();
    for (Rejection no : of.outcome().rejectedOnly()) {
      groups.add(no.reason().name(), Example.of(of.id(), of.caption(), no));
    }
  }

  /** Waits until all are judged. */
  public Result result() {
    work.finish();
    return new Result(passed, groups.all(), links);
  }

  @Override
  public void close() {
    work.close();
  }
}
