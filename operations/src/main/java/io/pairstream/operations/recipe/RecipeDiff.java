package io.pairstream.operations.recipe;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.CleaningPlan.StepObserver;
import io.pairstream.cleaning.RecipeChange;
import io.pairstream.cleaning.RecipeChange.StoredPair;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.SplitByImage.Assignment;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.cluster.CommittedLog.Stretch;
import io.pairstream.operations.recipe.DiffReport.Prediction;
import io.pairstream.operations.recipe.Groups.Example;
import io.pairstream.operations.review.Quarantine;
import io.pairstream.operations.review.QuarantineEntry;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.TakedownKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * Tells what a recipe would have made of what another one judged.
 *
 * <p>A published pair is judged by what the index says of it, where that tells; a rejected one from
 * what quarantine keeps of it, without its pixels where those do not matter. All others are judged
 * from their raw records as far as these are retained. Used once, by one thread.
 */
public final class RecipeDiff {

  /** What copies and takedowns decided stays as it is. */
  private static final Set<String> OF_OTHER_PAIRS =
      Set.of(
          RejectReason.DUPLICATE_PAIR.name(),
          RejectReason.NEAR_COPY.name(),
          RejectReason.BRIDGES_SPLITS.name(),
          RejectReason.WITHDRAWN.name());

  private final ClusterAccess cluster;
  private final Quarantine quarantine;
  private final CleaningPlan before;
  private final CleaningPlan after;
  private final RecipeChange change;
  private final BytesJudge judge;
  private final Consumer<Prediction> each;
  private final InOrder<Optional<Prediction>> work;
  private final DiffReport.Sum sum = new DiffReport.Sum();

  /** What is known of each pair so far. */
  private final Map<String, State> states = new HashMap<>();

  /** Published pairs that a review let in, of which reasons may be waived. */
  private final Set<String> reviewed = new HashSet<>();

  /** Of published pairs that would be rejected. */
  private final Map<String, Example> examples = new HashMap<>();

  private final Map<RejectReason, Integer> exampleCounts = new EnumMap<>(RejectReason.class);

  /** The pairs whose raw records are needed, by where those are. */
  private final Map<TopicPartition, Map<Long, Wanted>> wanted = new HashMap<>();

  private enum Kind {
    PUBLISHED,
    QUARANTINED,
    STAYS,
    KEPT,
    LOST,
    NEEDS_BYTES,
    OF_OTHER_RECIPE
  }

  /**
   * What is known of a pair.
   *
   * @param label the reason of one that is lost; of others that are published, what differs
   * @param origin the record of one that is in quarantine; else null
   */
  private record State(Kind kind, String label, Origin origin) {
    static State of(Kind kind) {
      return new State(kind, "", null);
    }
  }

  /**
   * A pair whose raw record is needed.
   *
   * @param moved where it goes if it is kept, as in {@link Prediction}
   * @param entry why it is in quarantine; empty for one that is published
   */
  private record Wanted(String pairId, String moved, Optional<QuarantinedPair> entry) {}

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
    this.change = new RecipeChange(before, this.before, after, this.after);
    this.judge =
        new BytesJudge(new PairJudge(this.before), new PairJudge(this.after), change, limit);
    this.each = each;
    this.work = new InOrder<>(threads, found -> found.ifPresent(this::add));
  }

  /**
   * Reads and judges.
   *
   * @throws io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException where pixels
   *     are needed and nobody makes them
   */
  public DiffReport run() {
    cluster.requireRegistry();
    try (work;
        CommittedLog log = CommittedLog.open(cluster);
        CommittedLog single = CommittedLog.openForSingleRecords(cluster)) {
      log.readAll(cluster.topics().receipts(), this::receipt);
      log.readAll(
          cluster.topics().index(),
          (id, entry) -> entry.ifPresent(published -> indexed(id, published, single)));
      if (states.values().stream().anyMatch(state -> state.kind() == Kind.QUARANTINED)) {
        quarantine.forEach(this::quarantined);
      }
      work.finish();
      states.forEach(this::addUp);
      if (states.values().stream().anyMatch(state -> state.kind() == Kind.NEEDS_BYTES)) {
        log.readAll(cluster.topics().receipts(), this::want);
      }
      readRaw(log);
      work.finish();
    }
    sum.leaveOut("beyond --limit", judge.left());
    return sum.report(before.version(), after.version(), change.keys(), judge.judged());
  }

  private void add(Prediction prediction) {
    sum.add(prediction);
    each.accept(prediction);
  }

  private void receipt(String id, Optional<Receipt> read) {
    states.remove(id);
    reviewed.remove(id);
    for (Receipt receipt : read.stream().toList()) {
      PairStatus status = PairStatus.valueOf(receipt.getStanding());
      if (status.isPublished()) {
        states.put(id, State.of(Kind.PUBLISHED));
        if (!receipt.getReviewId().isEmpty()) {
          reviewed.add(id);
        }
      } else if (status == PairStatus.QUARANTINED
          && !OF_OTHER_PAIRS.contains(receipt.getReason())
          && !receipt.getPairId().isEmpty()) {
        states.put(id, new State(Kind.QUARANTINED, "", receipt.getOrigin()));
      } else {
        states.put(id, State.of(Kind.STAYS));
      }
    }
  }

  private void indexed(String id, IndexedPair pair, CommittedLog single) {
    State known = states.get(id);
    if (known != null && known.kind() != Kind.QUARANTINED && known.kind() != Kind.STAYS) {
      states.put(id, judged(id, pair, single));
    }
  }

  private State judged(String id, IndexedPair pair, CommittedLog single) {
    if (!pair.getRecipeVersion().equals(before.version())) {
      return State.of(Kind.OF_OTHER_RECIPE);
    } else if (!change.isByMeasures() || reviewed.contains(id)) {
      return new State(Kind.NEEDS_BYTES, moved(pair), null);
    }
    return change
        .judge(
            new StoredPair(
                pair.getImageDigest(),
                Long.parseUnsignedLong(pair.getPerceptualHash(), 16),
                pair.getLanguage(),
                pair.getMeasures()))
        .map(
            outcome ->
                outcome.fold(
                    kept ->
                        new State(
                            Kind.KEPT, change.inEveryPair().orElseGet(() -> moved(pair)), null),
                    no -> {
                      keepExample(id, pair, no, single);
                      return new State(Kind.LOST, no.reason().name(), null);
                    }))
        .orElseGet(() -> new State(Kind.NEEDS_BYTES, moved(pair), null));
  }

  /** Where a pair goes that another split or fold takes; empty for one that stays. */
  private String moved(IndexedPair pair) {
    if (!change.isOfSplit()) {
      return "";
    }
    String group = pair.getPictureGroup();
    String picture = group.isEmpty() ? pair.getImageDigest() : group;
    String host = TakedownKind.host(pair.getUrl());
    Assignment to = after.split().assign(picture, pair.getContributor(), host);
    return !pair.getSplit().equals(to.split().name())
        ? pair.getSplit() + " -> " + to.split()
        : pair.getFold() != to.fold() ? "fold" : "";
  }

  /** Of few pairs the caption is read. */
  private void keepExample(String id, IndexedPair pair, Rejection no, CommittedLog single) {
    if (exampleCounts.merge(no.reason(), 1, Integer::sum) <= Groups.MOST_EXAMPLES) {
      PairStatus split = PairStatus.valueOf(pair.getSplit());
      String caption =
          cluster.topics().splits().entrySet().stream()
              .filter(topic -> topic.getValue() == split)
              .map(topic -> new Origin(topic.getKey(), pair.getPartition(), pair.getOffset()))
              .flatMap(place -> single.record(place).stream())
              .flatMap(
                  record -> cluster.decode(cluster.topics().training(), record.value()).stream())
              .map(PreparedPair::getCaption)
              .findFirst()
              .orElse("");
      examples.put(id, new Example(id, caption, no.detail(), no.measured(), no.limit()));
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
    }
    states.remove(id);
    if (!entry.getRecipeVersion().equals(before.version())) {
      sum.leaveOut("judged by another recipe", 1);
      return;
    }
    String forbidden = BytesJudge.reason(after.screen(entry.getImageDigest()));
    Optional<RawPair> kept = quarantine.raw(entry);
    if (!forbidden.isEmpty() || PairJudge.isOfNoRecipe(entry.getReason())) {
      String becomes = forbidden.isEmpty() ? entry.getReason() : forbidden;
      add(new Prediction(id, entry.getReason(), becomes, "", Optional.empty()));
    } else if (kept.isPresent()) {
      RecordHeaders headers = new RecordHeaders();
      entry
          .getHeaders()
          .forEach(one -> headers.add(one.getKey(), Utils.toNullableArray(one.getValue())));
      Set<RejectReason> waived = PairJudge.waived(headers);
      work.add(() -> judge.rejected(id, entry, kept.get(), waived));
    } else {
      want(entry.getOrigin(), new Wanted(id, "", Optional.of(entry)));
    }
  }

  private void addUp(String id, State state) {
    switch (state.kind()) {
      case KEPT -> add(new Prediction(id, "", "", state.label(), Optional.empty()));
      case LOST ->
          add(new Prediction(id, "", state.label(), "", Optional.ofNullable(examples.get(id))));
      case OF_OTHER_RECIPE -> sum.leaveOut("judged by another recipe", 1);
      case STAYS -> sum.leaveOut("copies, withdrawn or unreadable: they stay so", 1);
      case PUBLISHED -> sum.leaveOut("not in the index yet", 1);
      case QUARANTINED -> sum.leaveOut("no longer in quarantine", 1);
      case NEEDS_BYTES -> {} // Its raw record is looked for.
    }
  }

  private void want(String id, Optional<Receipt> receipt) {
    State known = states.get(id);
    if (known != null && known.kind() == Kind.NEEDS_BYTES) {
      receipt.ifPresent(
          found -> want(found.getOrigin(), new Wanted(id, known.label(), Optional.empty())));
    }
  }

  private void want(Origin at, Wanted pair) {
    wanted
        .computeIfAbsent(
            new TopicPartition(at.getTopic(), at.getPartition()), any -> new HashMap<>())
        .put(at.getOffset(), pair);
  }

  private void readRaw(CommittedLog log) {
    Map<TopicPartition, Stretch> retained = log.everything(wanted.keySet());
    wanted.forEach(
        (partition, pairs) -> {
          int all = pairs.size();
          pairs.keySet().removeIf(offset -> offset < retained.get(partition).from());
          sum.leaveOut("raw record no longer retained", (long) all - pairs.size());
        });
    log.read(
        retained,
        record -> {
          Map<Long, Wanted> pairs =
              wanted.get(new TopicPartition(record.topic(), record.partition()));
          Wanted pair = pairs.remove(record.offset());
          if (pair != null) {
            judgeRaw(pair, record);
          }
          return !pairs.isEmpty() && !judge.isFull();
        });
    long left = wanted.values().stream().mapToLong(Map::size).sum();
    sum.leaveOut(judge.isFull() ? "beyond --limit" : "raw record cannot be read", left);
  }

  private void judgeRaw(Wanted wanted, ConsumerRecord<byte[], byte[]> record) {
    Optional<RawPair> read = cluster.decode(cluster.topics().crowdsourced(), record.value());
    if (read.isEmpty()) {
      sum.leaveOut("raw record cannot be read", 1);
      return;
    }
    Set<RejectReason> waived = PairJudge.waived(record.headers());
    work.add(
        () ->
            wanted
                .entry()
                .map(entry -> judge.rejected(wanted.pairId(), entry, read.get(), waived))
                .orElseGet(
                    () -> judge.published(wanted.pairId(), read.get(), waived, wanted.moved())));
  }
}
