package io.pairstream.feed.cut;

import io.pairstream.feed.cut.AnswerTable.Verdict;
import io.pairstream.feed.cut.DigestTable.Entry;
import io.pairstream.feed.view.Block;
import io.pairstream.schemas.PairAnswer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Pairs of a split that a view may hold: those that are gathered, and those that wait for an answer
 * by which a condition decides. Pairs are distinguished by 64 bits of the digest of their id. Not
 * thread-safe.
 */
final class GatheredPairs {

  private static final long BLOCK_BYTES = 4 << 20;

  /** Which of the pairs gathered. */
  enum Part {
    ALL,

    /** In each partition those that lie before the first that waits. */
    IN_ORDER
  }

  private final AnswerTable answers;
  private final Map<Integer, Long> begins;
  private final SortedMap<Integer, DigestTable> gathered = new TreeMap<>();
  private final SortedMap<Integer, DigestTable> waiting = new TreeMap<>();

  /** Pairs that a model's failure alone keeps out. */
  private final SortedMap<Integer, DigestTable> unanswerable = new TreeMap<>();

  private final Map<Verdict, SortedMap<Integer, DigestTable>> kept =
      Map.of(Verdict.HOLDS, gathered, Verdict.WAITS, waiting, Verdict.UNANSWERABLE, unanswerable);

  /**
   * @param begins by partition, the offset of the first record that the topic keeps
   */
  GatheredPairs(AnswerTable answers, Map<Integer, Long> begins) {
    this.answers = answers;
    this.begins = Map.copyOf(begins);
  }

  /**
   * Adds a record, replacing an earlier one of its key as compaction does.
   *
   * @param matches whether the view may hold it, as far as is known without answers
   */
  void put(int partition, long key, long offset, int bytes, boolean matches) {
    Verdict verdict =
        matches && offset >= begins.getOrDefault(partition, 0L)
            ? answers.verdict(key)
            : Verdict.FAILS;
    kept.forEach(
        (of, tables) -> {
          DigestTable pairs = tables.computeIfAbsent(partition, one -> new DigestTable());
          if (of == verdict) {
            pairs.put(key, offset, bytes);
          } else {
            pairs.remove(key);
          }
        });
  }

  /** Takes out a pair, wherever it is. */
  void remove(long key) {
    kept.values().forEach(tables -> tables.values().forEach(pairs -> pairs.remove(key)));
  }

  /**
   * Takes in a pair's answer, and judges again whom it concerns.
   *
   * @param said null where the record was deleted
   */
  void answer(long key, String card, PairAnswer said) {
    if (answers.put(key, card, said)) {
      List<Long> all = new ArrayList<>();
      waiting.values().forEach(pairs -> pairs.forEach((each, offset) -> all.add(each)));
      all.forEach(this::judgeAgain);
    }
    judgeAgain(key);
  }

  private void judgeAgain(long key) {
    if (answers.verdict(key) != Verdict.UNANSWERABLE) {
      unanswerable.values().forEach(pairs -> pairs.remove(key));
    }
    Map<Integer, Entry> found = new HashMap<>();
    for (Map<Integer, DigestTable> tables : List.of(gathered, waiting)) {
      tables.forEach(
          (partition, pairs) -> pairs.get(key).ifPresent(pair -> found.put(partition, pair)));
    }
    found.forEach((partition, pair) -> put(partition, key, pair.number(), pair.size(), true));
  }

  /** Number of pairs of a part. */
  long size(Part part) {
    SortedMap<Integer, Long> ends = ends(part);
    long[] size = {0};
    gathered.forEach(
        (partition, pairs) -> {
          if (ends.containsKey(partition)) {
            pairs.forEach((key, offset) -> size[0] += offset < ends.get(partition) ? 1 : 0);
          } else {
            size[0] += pairs.size();
          }
        });
    return size[0];
  }

  /** The answers that pairs wait for, by name. */
  List<MissingAnswer> waiting() {
    return waiting(Map.of());
  }

  /**
   * The answers that some pairs wait for, by name.
   *
   * @param ends by partition, the offset before which the pairs lie; a partition that is not in it
   *     counts as a whole
   */
  List<MissingAnswer> waiting(Map<Integer, Long> ends) {
    SortedMap<String, Long> counts = new TreeMap<>();
    waiting.forEach(
        (partition, pairs) -> {
          long end = ends.getOrDefault(partition, Long.MAX_VALUE);
          pairs.forEach(
              (key, offset) -> {
                if (offset < end) {
                  answers.countMissing(key, counts);
                }
              });
        });
    return counts.entrySet().stream()
        .map(one -> answers.missing(one.getKey(), one.getValue()))
        .toList();
  }

  /** Number of pairs that a model's failure alone keeps out. */
  long unanswerable() {
    return unanswerable.values().stream().mapToLong(DigestTable::size).sum();
  }

  /** By partition, the offset at which a part ends before all that was read. */
  SortedMap<Integer, Long> ends(Part part) {
    SortedMap<Integer, Long> ends = new TreeMap<>();
    if (part == Part.IN_ORDER) {
      waiting.forEach(
          (partition, pairs) ->
              pairs.forEach((key, offset) -> ends.merge(partition, offset, Math::min)));
    }
    return ends;
  }

  /** A part's pairs, in blocks by partition and offset; they are here no longer. */
  List<Block> takeBlocks(Part part) {
    SortedMap<Integer, Long> ends = ends(part);
    List<Block> blocks = new ArrayList<>();
    gathered.replaceAll(
        (partition, pairs) -> {
          List<Entry> all = pairs.byNumber();
          long end = ends.getOrDefault(partition, Long.MAX_VALUE);
          int count = (int) all.stream().takeWhile(pair -> pair.number() < end).count();
          addBlocks(partition, all.subList(0, count), blocks);
          return count == all.size() ? new DigestTable() : pairs.from(end);
        });
    return blocks;
  }

  private static void addBlocks(int partition, List<Entry> pairs, List<Block> blocks) {
    List<Entry> open = new ArrayList<>();
    long bytes = 0;
    for (Entry one : pairs) {
      if (open.size() == Block.CUT_RECORDS || (bytes > 0 && bytes + one.size() > BLOCK_BYTES)) {
        blocks.add(block(partition, open, bytes));
        open.clear();
        bytes = 0;
      }
      open.add(one);
      bytes += one.size();
    }
    if (!open.isEmpty()) {
      blocks.add(block(partition, open, bytes));
    }
  }

  private static Block block(int partition, List<Entry> records, long bytes) {
    List<Integer> runs = new ArrayList<>();
    long next = records.get(0).number();
    int run = 0;
    for (Entry record : records) {
      if (record.number() > next) {
        runs.add(run);
        runs.add(Math.toIntExact(record.number() - next));
        run = 0;
      }
      run++;
      next = record.number() + 1;
    }
    runs.add(run);
    return new Block(partition, records.get(0).number(), bytes, runs);
  }
}
