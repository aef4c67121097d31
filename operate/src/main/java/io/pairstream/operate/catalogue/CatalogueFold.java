package io.pairstream.operate.catalogue;

import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.service.table.Database;
import java.time.Instant;
import java.util.List;

/**
 * An aggregate of the records that the catalogue follows, in tables that nothing else writes.
 *
 * <p>All folds see each record once: what they write and how far the topics were read are one
 * transaction. The records of a partition come in the log's order, those of different partitions
 * and topics in any: a pair's receipt may come before the pair. A fold depends on nothing but the
 * records and its tables, and throws for no record.
 */
public interface CatalogueFold {

  /** The tables that the fold writes to. */
  Tables tables();

  /** Takes in the records of one transaction. */
  void applyAll(List<Event> events, Database table);

  /**
   * A topic keeps the records of a partition no longer that lie before an offset. Called now and
   * then, also where nothing has gone since.
   */
  default void forget(String topic, int partition, long from, Database table) {}

  /**
   * Tables of a fold.
   *
   * @param version rises when the fold makes something else of the same records; the whole
   *     catalogue is then made again
   * @param schema statements that make the tables
   */
  record Tables(int version, List<String> schema) {

    public static Tables of(int version, String... schema) {
      return new Tables(version, List.of(schema));
    }
  }

  /** A split holds a pair no more that is in quarantine now. */
  record MovedToQuarantine() {}

  /**
   * A record as folds take it.
   *
   * @param key pair id, or the coordinates where there is none; of a takedown as in {@link
   *     io.pairstream.schemas.TakedownKind#key}, of an answer as in {@link AnswerKey}
   * @param value a {@link io.pairstream.schemas.IndexedPair}, {@link Rejected}, {@link
   *     io.pairstream.schemas.Receipt}, {@link io.pairstream.schemas.Upload}, {@link
   *     io.pairstream.schemas.Review}, {@link io.pairstream.schemas.Takedown}, {@link
   *     io.pairstream.schemas.PairAnswer}, {@link io.pairstream.schemas.Action} or {@link
   *     MovedToQuarantine}; null where the topic holds nothing of the key any more. Images and
   *     originals are not to be kept here
   */
  record Event(String key, Object value, Place place) {}

  /**
   * A record on quarantine.
   *
   * @param sent what its producer said, of a link without an image; all fields are empty where that
   *     cannot be read or was not kept
   */
  record Rejected(QuarantinedPair pair, RawPair sent) {}

  /**
   * Where a record lies; of a published pair, where the pair does.
   *
   * @param topic full name
   * @param at when the broker took it
   */
  public record Place(String topic, int partition, long offset, Instant at) {}
}
