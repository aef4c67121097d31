package io.pairstream.tools.recipe;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.RecipeChange;
import io.pairstream.cleaning.plan.SplitByImage.Assignment;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.curation.review.Quarantine;
import io.pairstream.curation.review.QuarantineEntry;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import io.pairstream.tools.recipe.DiffReport.Prediction;
import io.pairstream.tools.recipe.Groups.Example;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/**
 * Tells what a recipe would have made of what another one judged.
 *
 * <p>A published pair is judged by what the index says of it, where that tells; a rejected one from
 * what quarantine keeps of it, without its pixels where those do not matter. All others are judged
 * from their raw records as far as these are retained. Used once, by one thread.
 */
public final class RecipeDiff {

  /** Reasons that other pairs, takedowns or models' answers decided, which no recipe changes. */
  private static final Set<String> OF_OTHER_PAIRS =
      Set.of(
          RejectReason.DUPLICATE_PAIR.name(),
          RejectReason.NEAR_COPY.name(),
          RejectReason.BRIDGES_SPLITS.name(),
          RejectReason.TOO_MANY_CAPTIONS.name(),
          RejectReason.MODEL_REFUSED.name(),
          RejectReason.WITHDRAWN.name());

  private final ClusterAccess cluster;
  private final Quarantine quarantine;
  private final CleaningPlan before;
  private final CleaningPlan after;
  private final RecipeChange change;
  private final BytesJudge judge;
  private final Consumer<Prediction> each;
  private final InOrder<Optional<Prediction>> work;

  private final Map<String, State> states = new HashMap<>();

  /** Examples of published pairs that would be rejected, by pair id. */
  private final Map<String, Example> examples = new HashMap<>();

  private final Map<RejectReason, Integer> exampleCounts = new EnumMap<>(RejectReason.class);

  /** The pairs whose raw records are needed, by where those are. */
  private final Map<TopicPartition, Map<Long, Wanted>> wanted = new HashMap<>();

  // The report so far.
  private final Groups<Example> changed = new Groups<>();
  private final Groups<Example> lost = new Groups<>();
  private final Groups<Example> gained = new Groups<>();
  private final Groups<Example> otherReason = new Groups<>();
  private final Map<String, Long> leftOut = new TreeMap<>();
  private long pairs;
  private long kept;
  private long stillRejected;
  private long crashed;

  private enum Kind {
    PUBLISHED("not in the index yet"),
    QUARANTINED("no longer in quarantine"),
    STAYS("copies, withdrawn or unreadable: they stay so"),
    OF_OTHER_RECIPE("judged by another recipe"),
    KEPT(""),
    LOST(""),
    NEEDS_BYTES("");

    /** Why pairs that cannot be judged are left out. */
    private final String why;

    Kind(String why) {
      this.why = why;
    }
  }

  /**
   * A pair as far as it has been read.
   *
   * @param isReviewed whether a person let it in, so that reasons may be waived
   * @param label the reason of one that is lost; of others that are published, what differs
   */
  private record State(Origin origin, boolean isReviewed, Kind kind, String label) {
    State as(Kind now, String saying) {
      return new State(origin, isReviewed, now, saying);
    }
  }

  /**
   * A pair that is judged from its bytes.
   *
   * @param moved where it goes if it is kept, as in {@link Prediction}
   * @param entry why it is in quarantine; empty for one that is published
   */
  record Wanted(String pairId, String moved, Optional<QuarantinedPair> entry) {}

  /**
   * @param worker makes pixels, where they are needed
   * @param limit of pairs whose pixels are made or whose raw records are read
   * @param each hears what would become of each pair
   */
  public RecipeDiff(
      ClusterAccess cluster,
      RecipeFile before,
      RecipeFile after,
      ImageWorker worker,
      int threads,
      long limit,
      Consumer<Prediction> each) {
    this.cluster = cluster;
    this.quarantine = new Quarantine(cluster);
    this.before = new CleaningPlan(before.reader(), worker, StepObserver.NONE);
    this.after = new CleaningPlan(after.reader(), worker, StepObserver.NONE);
    this.change = new RecipeChange(this.before, this.after);
    this.judge =
        new BytesJudge(new PairJudge(this.before), new PairJudge(this.after), change, limit);
    this.each = each;
    this.work = new InOrder<>(threads, found -> found.ifPresent(this::add));
  }

  /**
   * Reads and judges.
   *
   * @throws io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException where pixels
   *     are needed and no worker decodes them
   */
  public DiffReport run() {
    cluster.requireRegistry();
    try (work;
        CommittedLog log = CommittedLog.open(cluster);
        CommittedLog single = CommittedLog.openForSingleRecords(cluster)) {
      log.readAll(cluster.topics().receipts(), (id, read) -> receipt(id, read.orElse(null)));
      log.readAll(
          cluster.topics().index(),
          (id, entry) -> entry.ifPresent(published -> indexed(id, published, single)));
      quarantine.forEach(this::quarantined);
      work.finish();
      states.forEach(this::addUp);
      readRaw(log);
      work.finish();
    }
    leaveOut("beyond --limit", judge.left());
    return new DiffReport(
        before.version(),
        after.version(),
        change.keys(),
        pairs,
        kept,
        changed.all(),
        lost.all(),
        gained.all(),
        stillRejected,
        otherReason.all(),
        crashed,
        judge.judged(),
        leftOut);
  }

  private void add(Prediction of) {
    Example example = of.example().orElse(null);
    pairs++;
    crashed += RejectReason.named(of.becomes()).filter(RejectReason::isCrash).isPresent() ? 1 : 0;
    if (!of.was().equals(of.becomes())) {
      if (of.was().isEmpty()) {
        lost.add(of.becomes(), example);
      } else if (of.becomes().isEmpty()) {
        gained.add(of.was(), example);
      } else {
        otherReason.add(of.was() + " -> " + of.becomes(), example);
      }
    } else if (!of.was().isEmpty()) {
      stillRejected++;
    } else if (!of.changed().isEmpty()) {
      changed.add(of.changed(), example);
    } else {
      kept++;
    }
    each.accept(of);
  }

  private void leaveOut(String why, long count) {
    if (count > 0) {
      leftOut.merge(why, count, Long::sum);
    }
  }

  private void receipt(String id, Receipt receipt) {
    states.remove(id);
    if (receipt != null) {
      PairStatus status = PairStatus.valueOf(receipt.getStatus());
      boolean isJudged =
          status == PairStatus.QUARANTINED
              && !OF_OTHER_PAIRS.contains(receipt.getReason())
              && !receipt.getPairId().isEmpty();
      Origin origin = receipt.getOrigin();
      origin.setTopic(origin.getTopic().intern()); // one for all pairs
      Kind kind = status.isPublished() ? Kind.PUBLISHED : isJudged ? Kind.QUARANTINED : Kind.STAYS;
      states.put(id, new State(origin, !receipt.getReviewId().isEmpty(), kind, ""));
    }
  }

  private void indexed(String id, IndexedPair pair, CommittedLog single) {
    State known = states.get(id);
    if (known != null && known.kind() != Kind.QUARANTINED && known.kind() != Kind.STAYS) {
      states.put(id, judged(id, known, pair, single));
    }
  }

  private State judged(String id, State known, IndexedPair pair, CommittedLog single) {
    if (!pair.getRecipeVersion().equals(before.version())) {
      return known.as(Kind.OF_OTHER_RECIPE, "");
    }
    String moved = moved(pair);
    if (!change.isByMeasures() || known.isReviewed()) {
      return known.as(Kind.NEEDS_BYTES, moved);
    }
    StoredPair stored =
        new StoredPair(
            pair.getImageDigest(),
            Long.parseUnsignedLong(pair.getPerceptualHash(), 16),
            pair.getLanguage(),
            pair.getMeasures());
    return change
        .judge(stored)
        .map(
            outcome ->
                outcome.fold(
                    same -> known.as(Kind.KEPT, change.inEveryPair().orElse(moved)),
                    no -> {
                      keepExample(id, pair, no, single);
                      return known.as(Kind.LOST, no.reason().name());
                    }))
        .orElseGet(() -> known.as(Kind.NEEDS_BYTES, moved));
  }

  /** Where a pair goes that another split or fold takes; empty for one that stays. */
  private String moved(IndexedPair pair) {
    if (!change.isOfSplit()) {
      return "";
    }
    String group = pair.getPictureGroup();
    String picture = group.isEmpty() ? pair.getImageDigest() : group;
    String host = LinkHost.named(pair.getMetadata().getUrl());
    Assignment to = after.split().assign(picture, pair.getMetadata().getContributor(), host);
    return !pair.getSplit().equals(to.split().name())
        ? pair.getSplit() + " -> " + to.split()
        : pair.getFold() != to.fold() ? "fold" : "";
  }

  /** Reads the captions of a few pairs only. */
  private void keepExample(String id, IndexedPair pair, Rejection no, CommittedLog single) {
    if (exampleCounts.merge(no.reason(), 1, Integer::sum) <= Groups.MOST_EXAMPLES) {
      String caption = single.published(pair).map(PreparedPair::getCaption).orElse("");
      examples.put(id, Example.of(id, caption, no));
    }
  }

  private void quarantined(QuarantineEntry found) {
    QuarantinedPair entry = found.pair();
    String id = found.key();
    State known = states.get(id);
    if (known == null
        || known.kind() != Kind.QUARANTINED
        || !known.origin().equals(entry.getOrigin())) {
      return; // Decided anew since, or a copy.
    } else if (!entry.getRecipeVersion().equals(before.version())) {
      states.put(id, known.as(Kind.OF_OTHER_RECIPE, ""));
      return;
    }
    states.remove(id);
    String forbidden = BytesJudge.reason(after.screen(entry.getImageDigest()));
    Wanted pair = new Wanted(id, "", Optional.of(entry));
    if (!forbidden.isEmpty() || PairJudge.isOfNoRecipe(entry.getReason())) {
      String becomes = forbidden.isEmpty() ? entry.getReason() : forbidden;
      add(new Prediction(id, entry.getReason(), becomes, "", Optional.empty()));
    } else {
      quarantine
          .raw(entry)
          .filter(raw -> !isGenerated(entry.getOrigin()))
          .ifPresentOrElse(
              raw -> begin(pair, raw, Quarantine.headers(entry)),
              () -> want(entry.getOrigin(), pair));
    }
  }

  private void begin(Wanted pair, RawPair raw, Headers headers) {
    Set<RejectReason> waived = PairJudge.waived(headers);
    work.add(() -> judge.judge(pair, raw, waived));
  }

  private void addUp(String id, State state) {
    Optional<Example> example = Optional.ofNullable(examples.get(id));
    switch (state.kind()) {
      case KEPT -> add(new Prediction(id, "", "", state.label(), Optional.empty()));
      case LOST -> add(new Prediction(id, "", state.label(), "", example));
      case NEEDS_BYTES -> want(state.origin(), new Wanted(id, state.label(), Optional.empty()));
      default -> leaveOut(state.kind().why, 1);
    }
  }

  private boolean isGenerated(Origin at) {
    return at.getTopic().equals(cluster.topics().generated().name());
  }

  private void want(Origin at, Wanted pair) {
    if (isGenerated(at)) {
      leaveOut("caption that a model wrote, without a picture of its own", 1);
      return;
    }
    wanted
        .computeIfAbsent(
            new TopicPartition(at.getTopic(), at.getPartition()), any -> new HashMap<>())
        .put(at.getOffset(), pair);
  }

  private void readRaw(CommittedLog log) {
    Map<TopicPartition, Stretch> retained = log.everything(wanted.keySet());
    wanted.forEach(
        (partition, all) -> {
          int before = all.size();
          all.keySet().removeIf(offset -> offset < retained.get(partition).from());
          leaveOut("raw record no longer retained", (long) before - all.size());
        });
    log.read(
        retained,
        record -> {
          Map<Long, Wanted> left =
              wanted.get(new TopicPartition(record.topic(), record.partition()));
          Wanted pair = left.remove(record.offset());
          if (pair != null) {
            cluster
                .topics()
                .crowdsourced()
                .decode(record.value())
                .ifPresentOrElse(
                    raw -> begin(pair, raw, record.headers()),
                    () -> leaveOut("raw record cannot be read", 1));
          }
          return !left.isEmpty() && !judge.isFull();
        });
    long left = wanted.values().stream().mapToLong(Map::size).sum();
    leaveOut(judge.isFull() ? "beyond --limit" : "raw record cannot be read", left);
  }
}
