package io.pairstream.operations.catalogue;

import io.pairstream.operations.catalogue.IndexKeys.Term;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.table.Look;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds pairs in a {@link Catalogue} that has a {@link PairIndex}. Thread-safe. */
public final class PairSearch {

  /** Pictures of one source on a contact sheet at most. */
  public static final int SHEET = 64;

  /** Pairs of a source that a sheet is drawn from at most, the newest: some tenths of a second. */
  private static final long MOST_SAMPLED_FROM = 200_000;

  private static final Pattern BEGINNING_OF_ID = Pattern.compile("[0-9a-f]{6,64}");
  private static final Pattern COORDINATES = Pattern.compile("(.+)-(\\d{1,9})-(\\d{1,18})");
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{" + 2 * IndexKeys.NAME_BYTES + "}");

  /** Most places of the index that one page looks at, so that no question takes long. */
  private static final int LOOKS_A_PAGE = 50_000;

  /** Beginnings of ids find so many at most. */
  private static final int MOST_BY_BEGINNING = 500;

  private static final int MOST_REVIEWS = 100;

  private final Catalogue catalogue;
  private final Clock clock;

  public PairSearch(Catalogue catalogue, Clock clock) {
    this.catalogue = catalogue;
    this.clock = clock;
  }

  /**
   * A page of the pairs that a query means, newest first.
   *
   * @throws IllegalArgumentException where the cursor is none of ours
   */
  public PairPage find(PairQuery query) {
    return catalogue.look(PairIndex.PART, look -> find(look, query));
  }

  /** The pair of that id, or the copy at those coordinates. */
  public Optional<FoundPair> get(String id) {
    return catalogue.look(
        PairIndex.PART,
        look -> {
          Optional<byte[]> name =
              state(look, id).flatMap(PairState::standing).or(() -> look.get(IndexKeys.origin(id)));
          return name.flatMap(n -> found(look, n)).filter(shown(look));
        });
  }

  /** The pair's receipt, which outlives its rows where it was withdrawn. */
  public Optional<ReceiptNote> receipt(String id) {
    return catalogue.look(PairIndex.PART, look -> state(look, id).flatMap(PairState::receipt));
  }

  /**
   * What people decided about a pair, newest last: that let it in, or turned one of its records
   * away.
   *
   * @param id a pair id or coordinates
   */
  public List<ReviewNote> reviews(String id) {
    return catalogue.look(
        PairIndex.PART,
        look -> {
          List<ReviewNote> reviews = new ArrayList<>();
          byte[] prefix = IndexKeys.reviews(id);
          Look.Walk walk = look.walk(prefix);
          for (boolean there = walk.seek(prefix);
              there && reviews.size() < MOST_REVIEWS;
              there = walk.next()) {
            reviews.add(ReviewNote.of(walk.value()));
          }
          reviews.sort(Comparator.comparing(ReviewNote::reviewedAt));
          return reviews;
        });
  }

  /**
   * Who withdrew something with these properties and who lifted that, oldest first. What is known
   * of the pair alone is enough where its takedown is or was part of another.
   */
  public List<TakedownEvent> takedownEvents(
      String pairId, String imageDigest, String contributor, String sourceKind, String url) {
    return catalogue.look(
        PairIndex.PART,
        look -> {
          Set<String> subjects =
              new HashSet<>(TakedownKind.keysOf(pairId, imageDigest, contributor, sourceKind, url));
          look.get(IndexKeys.partOf(pairId))
              .ifPresent(key -> subjects.add(new String(key, StandardCharsets.UTF_8)));
          List<TakedownEvent> events = new ArrayList<>();
          for (String subject : subjects) {
            byte[] prefix = IndexKeys.events(subject);
            Look.Walk walk = look.walk(prefix);
            for (boolean there = walk.seek(prefix); there; there = walk.next()) {
              events.add(TakedownEvent.of(PairRow.read(walk.value())));
            }
          }
          events.sort(Comparator.comparing(TakedownEvent::at));
          return events;
        });
  }

  /** What lies in quarantine, by reason and source. */
  public QuarantineBoard board() {
    return catalogue.look(
        PairIndex.PART,
        look -> {
          Map<List<String>, Long> lastDay = lastDay(look);
          List<QuarantineBoard.Cell> cells = new ArrayList<>();
          forEachCell(
              look,
              (texts, cell) -> {
                if (texts[0].equals(PairStatus.QUARANTINED.name()) && cell.count() > 0) {
                  cells.add(
                      new QuarantineBoard.Cell(
                          texts[1],
                          texts[2],
                          cell.count(),
                          lastDay.getOrDefault(List.of(texts[1], texts[2]), 0L),
                          Instant.ofEpochMilli(cell.newestMillis())));
                }
              });
          cells.sort(
              Comparator.comparing(QuarantineBoard.Cell::count)
                  .reversed()
                  .thenComparing(QuarantineBoard.Cell::reason)
                  .thenComparing(QuarantineBoard.Cell::source));
          return new QuarantineBoard(
              cells.stream().mapToLong(QuarantineBoard.Cell::count).sum(), cells);
        });
  }

  /**
   * A uniform sample of each source's pairs of the last time.
   *
   * @param source one source kind alone; empty for all
   * @param window how far back; the walk goes through all pairs of it, the newest 200,000 of each
   *     source at most, and keeps {@value #SHEET}
   */
  public List<SourceSample> sample(String source, Duration window, RandomGenerator random) {
    Instant since = clock.instant().minus(window);
    return catalogue.look(
        PairIndex.PART,
        look -> {
          List<SourceSample> samples = new ArrayList<>();
          for (String one : source.isEmpty() ? sources(look) : List.of(source)) {
            Reservoir<byte[]> reservoir = new Reservoir<>(SHEET, random);
            byte[] prefix = IndexKeys.term(Term.SOURCE, one);
            Look.Walk walk = look.walk(prefix);
            for (boolean there = walk.seek(prefix); there; there = walk.next()) {
              byte[] name = IndexKeys.nameOf(walk.key());
              if (IndexKeys.at(name).isBefore(since) || reservoir.seen() >= MOST_SAMPLED_FROM) {
                break;
              }
              reservoir.add(name);
            }
            if (reservoir.seen() > 0) {
              samples.add(new SourceSample(one, reservoir.seen(), shown(look, reservoir.sample())));
            }
          }
          return samples;
        });
  }

  /** The kinds of sources that any pair has, in order. */
  public List<String> sources() {
    return catalogue.look(PairIndex.PART, PairSearch::sources);
  }

  /** Whether a withdrawal covers something with these properties. */
  public boolean isTakenDown(
      String pairId, String imageDigest, String contributor, String sourceKind, String url) {
    return catalogue.look(
        PairIndex.PART,
        look ->
            takedowns(pairId, imageDigest, contributor, sourceKind, url)
                    .anyMatch(key -> look.get(key).isPresent())
                || state(look, pairId).filter(PairState::gone).isPresent());
  }

  /**
   * The reason for which the raw record at these coordinates was turned away; empty if it was not.
   */
  public Optional<String> reasonOf(String coordinates) {
    return catalogue.look(
        PairIndex.PART,
        look ->
            look.get(IndexKeys.origin(coordinates))
                .flatMap(name -> row(look, name))
                .map(PairRow::reason)
                .filter(reason -> !reason.isEmpty()));
  }

  /** Keys of the withdrawals that would cover something with these properties. */
  static Stream<byte[]> takedowns(
      String pairId, String imageDigest, String contributor, String sourceKind, String url) {
    String host = PairIndex.host(url);
    return Stream.of(
            new String[] {"PAIR", pairId},
            new String[] {"IMAGE", imageDigest},
            new String[] {"CONTRIBUTOR", contributor},
            new String[] {"SOURCE", sourceKind},
            new String[] {"SOURCE", host})
        .filter(one -> !one[1].isEmpty())
        .map(one -> IndexKeys.takenDown(one[0], one[1]));
  }

  private PairPage find(Look look, PairQuery query) {
    byte[] first = query.after().map(PairSearch::behind).orElseGet(() -> new byte[0]);
    List<byte[]> prefixes = new ArrayList<>();
    add(prefixes, Term.REASON, query.reason());
    add(prefixes, Term.SOURCE, query.source());
    add(prefixes, Term.CONTRIBUTOR, query.contributor());
    add(prefixes, Term.STANDING, query.standing());
    String text = query.text().strip();
    if (!text.isEmpty()) {
      Optional<List<byte[]>> named = named(look, text);
      if (named.isPresent()) {
        return page(look, query, first, named.get());
      }
      String reason = text.toUpperCase(Locale.ROOT).replace(' ', '_');
      if (isThere(look, IndexKeys.term(Term.REASON, reason))) {
        add(prefixes, Term.REASON, reason);
      } else {
        List<String> words = CaptionWords.wanted(text);
        if (words.isEmpty()) {
          return new PairPage(List.of(), Optional.empty(), OptionalLong.of(0));
        }
        words.forEach(word -> add(prefixes, Term.WORD, word));
      }
    }
    return page(look, query, first, prefixes, text.isEmpty());
  }

  /** The rows that a text names by an id, a digest or coordinates; empty where it is none. */
  private static Optional<List<byte[]>> named(Look look, String text) {
    if (COORDINATES.matcher(text).matches()) {
      Optional<byte[]> name =
          look.get(IndexKeys.origin(text)).or(() -> state(look, text).flatMap(PairState::standing));
      if (name.isPresent()) {
        return Optional.of(List.of(name.get()));
      }
    }
    String lower = text.toLowerCase(Locale.ROOT);
    if (!BEGINNING_OF_ID.matcher(lower).matches()) {
      return Optional.empty();
    }
    TreeMap<byte[], Boolean> names = new TreeMap<>(Arrays::compareUnsigned);
    for (Term of : List.of(Term.PAIR, Term.DIGEST)) {
      byte[] beginning = IndexKeys.beginning(of, lower);
      Look.Walk walk = look.walk(beginning);
      for (boolean there = walk.seek(beginning);
          there && names.size() < MOST_BY_BEGINNING;
          there = walk.next()) {
        names.put(IndexKeys.nameOf(walk.key()), true);
      }
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(names.keySet()));
  }

  private PairPage page(Look look, PairQuery query, byte[] first, List<byte[]> names) {
    List<FoundPair> pairs = new ArrayList<>();
    Optional<String> next = Optional.empty();
    for (byte[] name : names) {
      Optional<FoundPair> pair =
          Arrays.compareUnsigned(name, first) < 0
              ? Optional.empty()
              : found(look, name).filter(shown(look)).filter(one -> fits(one.row(), query));
      if (pair.isPresent() && pairs.size() == query.limit()) {
        next = Optional.of(HexFormat.of().formatHex(before(name)));
        break;
      }
      pair.ifPresent(pairs::add);
    }
    boolean all = next.isEmpty() && query.after().isEmpty();
    return new PairPage(pairs, next, all ? OptionalLong.of(pairs.size()) : OptionalLong.empty());
  }

  private PairPage page(
      Look look, PairQuery query, byte[] first, List<byte[]> prefixes, boolean countable) {
    Join join = new Join(look, prefixes.isEmpty() ? List.of(IndexKeys.ROWS) : prefixes, first);
    Predicate<FoundPair> shown = shown(look);
    List<FoundPair> pairs = new ArrayList<>();
    Optional<byte[]> name = join.next();
    byte[] last = first;
    while (name.isPresent() && pairs.size() < query.limit()) {
      last = name.get();
      found(look, name.get()).filter(shown).ifPresent(pairs::add);
      name = join.next();
    }
    Optional<String> next = Optional.empty();
    if (name.isPresent()) {
      next = Optional.of(HexFormat.of().formatHex(last));
    } else if (join.isTired()) {
      next = Optional.of(HexFormat.of().formatHex(before(join.candidate())));
    }
    OptionalLong found = OptionalLong.empty();
    if (next.isEmpty() && query.after().isEmpty()) {
      found = OptionalLong.of(pairs.size());
    } else if (countable && query.contributor().isEmpty()) {
      found = OptionalLong.of(count(look, query));
    }
    return new PairPage(pairs, next, found);
  }

  /** Rows that all lists have, newest first. All lists are in the order of the rows' names. */
  private static final class Join {

    private final List<byte[]> prefixes;
    private final List<Look.Walk> walks = new ArrayList<>();
    private byte[] candidate;
    private int looks;
    private boolean tired;

    Join(Look look, List<byte[]> prefixes, byte[] first) {
      this.prefixes = prefixes;
      this.candidate = first;
      prefixes.forEach(prefix -> walks.add(look.walk(prefix)));
    }

    /** The next name; empty at the end of a list, or where too much was looked at. */
    Optional<byte[]> next() {
      int agreed = 0;
      int each = 0;
      while (agreed < walks.size()) {
        if (looks++ > LOOKS_A_PAGE) {
          tired = true;
          return Optional.empty();
        }
        Look.Walk walk = walks.get(each);
        if (!walk.seek(IndexKeys.join(prefixes.get(each), candidate))) {
          return Optional.empty();
        }
        byte[] name = IndexKeys.nameOf(walk.key());
        if (Arrays.equals(name, candidate)) {
          agreed++;
        } else {
          candidate = name;
          agreed = 1;
        }
        each = (each + 1) % walks.size();
      }
      byte[] found = candidate;
      candidate = IndexKeys.after(found);
      return Optional.of(found);
    }

    boolean isTired() {
      return tired;
    }

    byte[] candidate() {
      return candidate;
    }
  }

  private static boolean fits(PairRow row, PairQuery query) {
    return fits(query.reason(), row.reason())
        && fits(query.source(), row.sourceKind())
        && fits(query.contributor(), row.contributor())
        && fits(query.standing(), row.standing());
  }

  private static boolean fits(String wanted, String is) {
    return wanted.isEmpty() || wanted.equals(is);
  }

  private static long count(Look look, PairQuery query) {
    long[] count = new long[1];
    forEachCell(
        look,
        (texts, cell) -> {
          if (fits(query.standing(), texts[0])
              && fits(query.reason(), texts[1])
              && fits(query.source(), texts[2])) {
            count[0] += cell.count();
          }
        });
    return count[0];
  }

  @FunctionalInterface
  private interface CellVisitor {

    void visit(String[] texts, PairIndex.Cell cell);
  }

  private static void forEachCell(Look look, CellVisitor visitor) {
    Look.Walk walk = look.walk(IndexKeys.CELLS);
    for (boolean there = walk.seek(IndexKeys.CELLS); there; there = walk.next()) {
      visitor.visit(
          IndexKeys.texts(walk.key(), IndexKeys.CELLS.length), PairIndex.Cell.of(walk.value()));
    }
  }

  private Map<List<String>, Long> lastDay(Look look) {
    long since =
        clock.instant().minus(Duration.ofDays(1)).toEpochMilli() / PairIndex.STRETCH.toMillis() + 1;
    byte[] from =
        IndexKeys.join(IndexKeys.RECENT, ByteBuffer.allocate(Long.BYTES).putLong(since).array());
    Map<List<String>, Long> counts = new HashMap<>();
    Look.Walk walk = look.walk(IndexKeys.RECENT);
    for (boolean there = walk.seek(from); there; there = walk.next()) {
      String[] texts = IndexKeys.texts(walk.key(), IndexKeys.RECENT.length + Long.BYTES);
      counts.merge(List.of(texts[0], texts[1]), ByteBuffer.wrap(walk.value()).getLong(), Long::sum);
    }
    return counts;
  }

  private static List<String> sources(Look look) {
    List<String> sources = new ArrayList<>();
    byte[] kind = IndexKeys.kind(Term.SOURCE);
    Look.Walk walk = look.walk(kind);
    boolean there = walk.seek(kind);
    while (there) {
      String source = IndexKeys.termOf(walk.key());
      sources.add(source);
      there = walk.seek(IndexKeys.behind(Term.SOURCE, source));
    }
    return sources;
  }

  private static List<FoundPair> shown(Look look, List<byte[]> names) {
    return names.stream()
        .sorted(Arrays::compareUnsigned)
        .flatMap(name -> found(look, name).stream())
        .filter(shown(look))
        .toList();
  }

  /** Whether no withdrawal covers a pair; most data sets have none, which is found out once. */
  private static Predicate<FoundPair> shown(Look look) {
    if (!isThere(look, IndexKeys.TAKEN_DOWN)) {
      return pair -> true;
    }
    return pair -> {
      PairRow row = pair.row();
      return takedowns(
              row.pairId(), row.imageDigest(), row.contributor(), row.sourceKind(), row.url())
          .noneMatch(key -> look.get(key).isPresent());
    };
  }

  private static Optional<FoundPair> found(Look look, byte[] name) {
    return row(look, name)
        .map(
            row -> {
              Optional<PairState> state = state(look, row.key());
              boolean decides =
                  state
                      .flatMap(PairState::standing)
                      .filter(n -> Arrays.equals(n, name))
                      .isPresent();
              return decides
                  ? new FoundPair(row.key(), row, state.flatMap(PairState::receipt))
                  : new FoundPair(row.coordinates(), row, Optional.empty());
            });
  }

  private static Optional<PairRow> row(Look look, byte[] name) {
    return look.get(IndexKeys.row(name)).map(PairRow::of);
  }

  private static Optional<PairState> state(Look look, String key) {
    return look.get(IndexKeys.state(key)).map(PairState::of);
  }

  private static boolean isThere(Look look, byte[] prefix) {
    return look.walk(prefix).seek(prefix);
  }

  private static void add(List<byte[]> prefixes, Term of, String term) {
    if (!term.isEmpty()) {
      prefixes.add(IndexKeys.term(of, term));
    }
  }

  private static byte[] behind(String cursor) {
    if (!NAME.matcher(cursor).matches()) {
      throw new IllegalArgumentException("after is the next of an earlier answer");
    }
    return IndexKeys.after(HexFormat.of().parseHex(cursor));
  }

  /** A cursor behind which a name comes next. */
  private static byte[] before(byte[] name) {
    return IndexKeys.before(Arrays.copyOf(name, IndexKeys.NAME_BYTES));
  }
}
