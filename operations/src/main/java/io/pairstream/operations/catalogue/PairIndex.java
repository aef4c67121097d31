package io.pairstream.operations.catalogue;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.operations.catalogue.IndexKeys.Term;
import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.service.http.Json;
import io.pairstream.service.table.Table;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The index by which pairs are found: a row for each record of the outputs and of quarantine, and
 * for each row an entry under each of its terms. {@link PairSearch} reads it.
 *
 * <p>A row of quarantine goes when its topic keeps the record no longer, and when the pair was let
 * in later.
 */
public final class PairIndex implements CatalogueFold {

  static final String PART = "pairs";

  /** The board counts the last day in stretches of this. */
  static final Duration STRETCH = Duration.ofMinutes(10);

  /** Older stretches are forgotten, a few at a time. */
  private static final Duration REMEMBERED = Duration.ofHours(25);

  private static final int FORGOTTEN_AT_ONCE = 500;

  /** A withdrawal takes out so many rows at once; those beyond are not shown either. */
  private static final int MOST_TAKEN_OUT = 10_000;

  private static final byte[] NOTHING = {};

  private final List<String> outputs;
  private final String quarantine;
  private final String receipts;

  public PairIndex(PairTopics topics) {
    outputs =
        List.of(
            topics.training().name(),
            topics.validation().name(),
            topics.test().name(),
            topics.quarantine().name());
    quarantine = topics.quarantine().name();
    receipts = topics.receipts().name();
  }

  @Override
  public String part() {
    return PART;
  }

  @Override
  public int version() {
    return 5;
  }

  @Override
  public void prepared(PreparedPair pair, Place place, Table table) {
    PairRow row = PairRow.of(pair, place);
    byte[] name = name(place);
    PairState state = state(table, row.key());
    if (!state.prepared().isEmpty()) {
      delete(table, HexFormat.of().parseHex(state.prepared()));
    }
    if (isTakenDown(table, row)) {
      return;
    }
    put(table, name, row);
    put(table, row.key(), state.withPrepared(HexFormat.of().formatHex(name)));
    for (byte[] earlier : quarantined(table, row.key())) {
      row(table, earlier)
          .filter(old -> isOvertaken(old, earlier, name))
          .ifPresent(old -> leaveQuarantine(table, earlier, old));
    }
  }

  @Override
  public void quarantined(
      String key, QuarantinedPair pair, Optional<Sent> sent, Place place, Table table) {
    PairRow row = PairRow.of(pair, sent, place);
    byte[] name = name(place);
    PairState state = state(table, row.key());
    boolean overtaken =
        !state.prepared().isEmpty()
            && isOvertaken(row, name, HexFormat.of().parseHex(state.prepared()));
    if (state.gone() || overtaken || isTakenDown(table, row)) {
      return;
    }
    put(table, name, row);
    String hex = HexFormat.of().formatHex(name);
    // The name that comes first is the newest one's.
    if (state.quarantined().isEmpty() || hex.compareTo(state.quarantined()) < 0) {
      put(table, row.key(), state.withQuarantined(hex));
    }
  }

  @Override
  public void receipt(String key, Receipt receipt, Place place, Table table) {
    ReceiptNote note = ReceiptNote.of(receipt);
    PairState state = state(table, key).withReceipt(Optional.of(note));
    if (note.standing().equals(PairStatus.WITHDRAWN.name())) {
      deleteAll(table, Term.PAIR, key);
      deleteReviews(table, key);
      state = state.removed();
    }
    put(table, key, state);
  }

  @Override
  public void removed(String key, Place place, Table table) {
    PairState state = state(table, key);
    if (place.topic().equals(receipts)) {
      put(table, key, state.withReceipt(Optional.empty()));
      return;
    }
    deleteAll(table, Term.PAIR, key);
    deleteReviews(table, key);
    put(table, key, state.removed());
  }

  @Override
  public void reviewed(Review review, Place place, Table table) {
    byte[] note = ReviewNote.of(review).stored();
    Stream.of(OriginHeader.text(review.getOrigin()), review.getPairId(), review.getSentPairId())
        .filter(key -> !key.isEmpty())
        .forEach(key -> table.put(IndexKeys.review(key, review.getReviewId()), note));
  }

  @Override
  public void takenDown(Takedown takedown, Place place, Table table) {
    String subject = takedown.getSubject();
    table.put(IndexKeys.takenDown(takedown.getKind(), subject), NOTHING);
    if (!takedown.getPartOf().isEmpty()) {
      table.put(IndexKeys.partOf(subject), takedown.getPartOf().getBytes(StandardCharsets.UTF_8));
    }
    switch (takedown.getKind()) {
      case "PAIR" -> deleteAll(table, Term.PAIR, subject);
      case "IMAGE" -> deleteAll(table, Term.DIGEST, subject);
      case "CONTRIBUTOR" -> deleteAll(table, Term.CONTRIBUTOR, subject);
      case "SOURCE" -> {
        deleteAll(table, Term.SOURCE, subject);
        deleteAll(table, Term.HOST, subject);
      }
      default -> {
        // A kind of another version; the topology will not know it either.
      }
    }
  }

  /** What comes from now on is shown again; what was taken out comes with its records alone. */
  @Override
  public void lifted(String key, Place place, Table table) {
    int slash = key.indexOf('/');
    if (slash > 0) {
      table.delete(IndexKeys.takenDown(key.substring(0, slash), key.substring(slash + 1)));
    }
  }

  @Override
  public void takedownEvent(TakedownEvent event, Place place, Table table) {
    table.put(IndexKeys.event(event.subject(), place), Json.bytes(event.json()));
  }

  @Override
  public void forget(String topic, int partition, long from, Table table) {
    if (!topic.equals(quarantine)) {
      return;
    }
    List<byte[]> names = new ArrayList<>();
    table.scan(
        IndexKeys.quarantine(partition),
        (key, name) -> {
          boolean isGone = IndexKeys.offsetOf(key) < from;
          if (isGone) {
            names.add(name);
          }
          return isGone && names.size() < MOST_TAKEN_OUT;
        });
    for (byte[] name : names) {
      row(table, name)
          .ifPresent(
              row -> {
                leaveQuarantine(table, name, row);
                deleteReviews(table, row.coordinates());
              });
    }
  }

  /** Takes out a row of quarantine; an older one of the same pair may say where it stands then. */
  private void leaveQuarantine(Table table, byte[] name, PairRow row) {
    delete(table, name);
    PairState state = state(table, row.key());
    if (state.quarantined().equals(HexFormat.of().formatHex(name))) {
      List<byte[]> left = quarantined(table, row.key());
      put(
          table,
          row.key(),
          state.withQuarantined(left.isEmpty() ? "" : HexFormat.of().formatHex(left.get(0))));
    }
  }

  /** Names of a pair's rows of quarantine, the newest first. */
  private List<byte[]> quarantined(Table table, String pairId) {
    List<byte[]> names = new ArrayList<>();
    table.scan(
        IndexKeys.term(Term.PAIR, pairId),
        (key, value) -> {
          byte[] name = IndexKeys.nameOf(key);
          if (IndexKeys.output(name) == outputs.indexOf(quarantine)) {
            names.add(name);
          }
          return names.size() < MOST_TAKEN_OUT;
        });
    return names;
  }

  /**
   * Whether a pair was let in after it had been turned away. Then it does not lie in quarantine for
   * that any more, whatever that topic still holds; copies of it do.
   */
  private static boolean isOvertaken(PairRow row, byte[] name, byte[] prepared) {
    return !row.reason().equals(RejectReason.DUPLICATE_PAIR.name())
        && !IndexKeys.at(name).isAfter(IndexKeys.at(prepared));
  }

  private static Optional<PairRow> row(Table table, byte[] name) {
    return table.get(IndexKeys.row(name)).map(PairRow::of);
  }

  /** The terms of a row, by which it is found. */
  static List<byte[]> terms(PairRow row, byte[] name) {
    List<byte[]> keys = new ArrayList<>();
    for (String word : CaptionWords.of(row.caption() + " " + row.contributor())) {
      keys.add(IndexKeys.term(Term.WORD, word, name));
    }
    keys.add(IndexKeys.term(Term.STANDING, row.standing(), name));
    keys.add(IndexKeys.term(Term.SOURCE, row.sourceKind(), name));
    keys.add(IndexKeys.term(Term.CONTRIBUTOR, row.contributor(), name));
    add(keys, Term.REASON, row.reason(), name);
    add(keys, Term.DIGEST, row.imageDigest(), name);
    add(keys, Term.PAIR, row.pairId(), name);
    add(keys, Term.HOST, host(row.url()), name);
    return keys;
  }

  /** The host of an address in lower case; empty where there is none. */
  static String host(String url) {
    try {
      String host = URI.create(url).getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static void add(List<byte[]> keys, Term of, String term, byte[] name) {
    if (!term.isEmpty()) {
      keys.add(IndexKeys.term(of, term, name));
    }
  }

  private byte[] name(Place place) {
    return IndexKeys.name(place, outputs.indexOf(place.topic()));
  }

  private static PairState state(Table table, String key) {
    return table.get(IndexKeys.state(key)).map(PairState::of).orElse(PairState.NOTHING);
  }

  private static void put(Table table, String key, PairState state) {
    table.put(IndexKeys.state(key), state.stored());
  }

  private static boolean isTakenDown(Table table, PairRow row) {
    return PairSearch.takedowns(
            row.pairId(), row.imageDigest(), row.contributor(), row.sourceKind(), row.url())
        .anyMatch(key -> table.get(key).isPresent());
  }

  private static void put(Table table, byte[] name, PairRow row) {
    table.put(IndexKeys.row(name), row.stored());
    table.put(IndexKeys.origin(row.origin()), name);
    terms(row, name).forEach(key -> table.put(key, NOTHING));
    if (row.isQuarantined()) {
      table.put(IndexKeys.quarantine(row.place().partition(), row.place().offset()), name);
    }
    count(table, row, 1);
  }

  private static void delete(Table table, byte[] name) {
    Optional<PairRow> found = row(table, name);
    if (found.isEmpty()) {
      return;
    }
    PairRow row = found.get();
    table.delete(IndexKeys.row(name));
    table.delete(IndexKeys.origin(row.origin()));
    terms(row, name).forEach(table::delete);
    if (row.isQuarantined()) {
      table.delete(IndexKeys.quarantine(row.place().partition(), row.place().offset()));
    }
    count(table, row, -1);
  }

  private static void deleteAll(Table table, Term of, String term) {
    List<byte[]> names = new ArrayList<>();
    table.scan(
        IndexKeys.term(of, term),
        (key, value) -> {
          names.add(IndexKeys.nameOf(key));
          return names.size() < MOST_TAKEN_OUT;
        });
    names.forEach(name -> delete(table, name));
  }

  private static void deleteReviews(Table table, String key) {
    List<byte[]> keys = new ArrayList<>();
    table.scan(
        IndexKeys.reviews(key),
        (review, value) -> {
          keys.add(review);
          return true;
        });
    keys.forEach(table::delete);
  }

  private static void count(Table table, PairRow row, int more) {
    byte[] cell = IndexKeys.cell(row.standing(), row.reason(), row.sourceKind());
    Cell before = table.get(cell).map(Cell::of).orElse(Cell.EMPTY);
    table.put(cell, before.with(more, row.place().at().toEpochMilli()).stored());
    if (row.isQuarantined()) {
      countRecent(table, row, more);
    }
  }

  private static void countRecent(Table table, PairRow row, int more) {
    long stretch = row.place().at().toEpochMilli() / STRETCH.toMillis();
    byte[] key = IndexKeys.recent(stretch, row.reason(), row.sourceKind());
    Optional<byte[]> before = table.get(key);
    if (before.isEmpty()) {
      forget(table, stretch - REMEMBERED.dividedBy(STRETCH));
      if (more < 0) {
        return;
      }
    }
    long count = before.map(b -> ByteBuffer.wrap(b).getLong()).orElse(0L) + more;
    table.put(key, ByteBuffer.allocate(Long.BYTES).putLong(count).array());
  }

  /** Takes out what lies before a stretch, a part of it. */
  private static void forget(Table table, long stretch) {
    List<byte[]> old = new ArrayList<>();
    table.scan(
        IndexKeys.RECENT,
        (key, value) -> {
          if (ByteBuffer.wrap(key).getLong(1) >= stretch) {
            return false;
          }
          old.add(key);
          return old.size() < FORGOTTEN_AT_ONCE;
        });
    old.forEach(table::delete);
  }

  /**
   * How many rows of one standing, reason and source there are.
   *
   * @param newestMillis time of the newest one that ever was
   */
  record Cell(long count, long newestMillis) {

    static final Cell EMPTY = new Cell(0, 0);

    static Cell of(byte[] stored) {
      ByteBuffer bytes = ByteBuffer.wrap(stored);
      return new Cell(bytes.getLong(), bytes.getLong());
    }

    Cell with(int more, long atMillis) {
      return new Cell(count + more, Math.max(newestMillis, atMillis));
    }

    byte[] stored() {
      return ByteBuffer.allocate(2 * Long.BYTES).putLong(count).putLong(newestMillis).array();
    }
  }
}
