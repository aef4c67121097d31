package io.pairstream.answers;

import io.pairstream.answers.AnswerFold.RecordedAnswer;
import io.pairstream.answers.RefusalTable.Due;
import io.pairstream.schemas.Answer;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.table.TopicTable;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * All answers that are known here: the data set's own, as a table on this instance's disk; over it
 * what this instance has written and the table does not hold yet; and those of other data sets. Not
 * thread-safe.
 */
final class KnownAnswers implements AutoCloseable {

  private static final int MOST_ERASED = 1_000;
  private static final int MOST_DUE = 1_000;

  /**
   * A value that this instance gives a key, until the table has it.
   *
   * @param value null where it was withdrawn
   * @param commit number of the commit that writes it
   */
  private record Fresh<T>(T value, long commit) {}

  /** A commit that the table does not hold yet. */
  private record Unfollowed(
      long commit, Map<TopicPartition, Long> ends, CompletableFuture<Void> followed) {}

  private final TopicTable table;

  /** Names of those that the table is made of. */
  private final Set<String> topics;

  private final List<ForeignAnswers> others = new ArrayList<>();
  private final Map<String, Fresh<Answer>> answers = new HashMap<>();
  private final Map<String, Fresh<Set<String>>> pairs = new HashMap<>();
  private final Deque<Unfollowed> unfollowed = new ArrayDeque<>();
  private long commit;

  /**
   * Opens the copies and begins to follow the topics.
   *
   * @param models digests of those whose answers are taken over of other data sets
   * @throws io.pairstream.service.table.ViewStorageException where the folder cannot be written, or
   *     another process has it
   */
  KnownAnswers(ScoreSettings settings, Set<String> models, Clock clock) {
    Path folder = settings.folder();
    ClusterAccess cluster = new ClusterAccess(settings.cluster());
    AnswerFold fold = new AnswerFold(cluster.topics());
    topics = Set.copyOf(fold.topics());
    table = TopicTable.open(fold, folder.resolve("answers"), cluster.clientSettings(), clock);
    try {
      for (Dataset other : settings.answersOf()) {
        Path copy = folder.resolve("answers-of-" + other.name());
        others.add(ForeignAnswers.open(settings.cluster(), other, models, copy, clock));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Completes once every copy holds all that its topics hold now, also what is not committed. */
  CompletableFuture<Void> isWhole() {
    List<CompletableFuture<Void>> all = new ArrayList<>(List.of(table.reachedAllWritten()));
    others.forEach(other -> all.add(other.table().reachedNow()));
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  /** Why a copy does not follow its topics; empty where all do. */
  Optional<String> trouble() {
    return others.stream()
        .map(other -> other.table().trouble())
        .flatMap(Optional::stream)
        .findFirst()
        .or(table::trouble);
  }

  /** The answer of a key, without vectors. */
  Optional<Answer> find(String key) {
    Fresh<Answer> fresh = answers.get(key);
    return fresh == null
        ? table.read(database -> AnswerFold.answer(database, key))
        : Optional.ofNullable(fresh.value());
  }

  /** The whole record that another data set has under a key. */
  Optional<Answer> findElsewhere(String key) {
    return others.stream().map(other -> other.find(key)).flatMap(Optional::stream).findFirst();
  }

  /** Notes an answer that the next commit writes. */
  void note(String key, Answer answer) {
    answers.put(key, new Fresh<>(AnswerFold.light(answer), commit));
  }

  /** Whether the table may not say yet what became of an earlier record of a pair. */
  boolean isBusy(String pair) {
    return pairs.containsKey(pair);
  }

  /** Notes the answers' keys of a pair that a later commit writes. */
  void begin(String pair, Set<String> keys) {
    pairs.put(pair, new Fresh<>(keys, Long.MAX_VALUE));
  }

  /** Notes that the next commit writes what answers of those keys say of a pair. */
  void recorded(String pair, Set<String> keys) {
    pairs.put(pair, new Fresh<>(keys, commit));
  }

  /** Forgets a pair of which nothing is written. */
  void letGo(String pair) {
    pairs.remove(pair);
  }

  /** All that the table says of a pair. */
  List<RecordedAnswer> said(String pair) {
    return table.read(database -> AnswerFold.of(database, pair));
  }

  /**
   * Pairs whose answers of some cards were erased, for all that the table says; some of them.
   *
   * @param cards as in {@link ScoreWork#cards}
   */
  List<PairPlace> erased(String cards) {
    return idle(AnswerFold.ERASED, cards, MOST_ERASED);
  }

  /**
   * Pairs that are to be refused for answers of some cards; some of them.
   *
   * @param cards as in {@link ScoreWork#cards}
   */
  List<Due> due(String cards) {
    return table.read(database -> RefusalTable.due(database, cards, MOST_DUE)).stream()
        .filter(each -> !isBusy(each.place().pair()))
        .toList();
  }

  /** Refused pairs that fall under a takedown, and whose answers are there; some of them. */
  List<PairPlace> takenDown() {
    return idle(RefusalTable.TAKEN_DOWN, MOST_ERASED);
  }

  private List<PairPlace> idle(String sql, Object... values) {
    return table.query(sql, PairPlace::of, values).stream()
        .filter(each -> !isBusy(each.pair()))
        .toList();
  }

  /** Whether the table holds all that this instance has committed. */
  boolean isFollowed() {
    return unfollowed.isEmpty();
  }

  /**
   * Withdraws what is said of a pair, with the next commit.
   *
   * @return the answers that no pair shows any more, which are withdrawn too
   */
  List<Answer> withdraw(String pair, List<RecordedAnswer> said) {
    pairs.put(pair, new Fresh<>(null, commit));
    List<Answer> orphans = new ArrayList<>();
    for (RecordedAnswer each : said) {
      Optional<Answer> answer = table.read(database -> AnswerFold.answer(database, each.answer()));
      if (answer.isPresent() && !isShown(each.answer(), key(answer.get()))) {
        answers.put(key(answer.get()), new Fresh<>(null, commit));
        orphans.add(answer.get());
      }
    }
    return orphans;
  }

  private boolean isShown(byte[] answer, String key) {
    return pairs.values().stream()
            .anyMatch(fresh -> fresh.value() != null && fresh.value().contains(key))
        || table.read(database -> AnswerFold.pairs(database, answer)).stream()
            .anyMatch(pair -> !isWithdrawn(pair));
  }

  /** Whether the table has a pair that is withdrawn by now. */
  private boolean isWithdrawn(String pair) {
    return pairs.containsKey(pair) && pairs.get(pair).value() == null;
  }

  static String key(Answer answer) {
    return AnswerFold.key(answer.getShown(), answer.getModel());
  }

  /**
   * Notes that all that was noted is committed.
   *
   * @param ends offsets behind the records, by partition, also of topics that the table does not
   *     hold
   */
  void committed(Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> own = new HashMap<>(ends);
    own.keySet().removeIf(written -> !topics.contains(written.topic()));
    unfollowed.add(new Unfollowed(commit, own, table.reached(own)));
    commit++;
  }

  /** Forgets what the table says by now. */
  void follow() {
    long followed = -1;
    while (!unfollowed.isEmpty() && unfollowed.peek().followed().isDone()) {
      Unfollowed first = unfollowed.poll();
      if (first.followed().isCompletedExceptionally()) {
        unfollowed.addFirst(
            new Unfollowed(first.commit(), first.ends(), table.reached(first.ends())));
        break;
      }
      followed = first.commit();
    }
    if (followed >= 0) {
      long last = followed;
      answers.values().removeIf(fresh -> fresh.commit() <= last);
      pairs.values().removeIf(fresh -> fresh.commit() <= last);
    }
  }

  /**
   * Forgets what the table does not say, for that is known once all is whole again; but for answers
   * that are still to be committed.
   */
  void startOver() {
    answers.values().removeIf(fresh -> fresh.commit() < commit || fresh.value() == null);
    pairs.clear();
    unfollowed.clear();
  }

  @Override
  public void close() {
    others.forEach(ForeignAnswers::close);
    table.close();
  }
}
