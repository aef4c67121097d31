package io.pairstream.operations.catalogue;

import io.pairstream.operations.takedown.TakedownEvent;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Review;
import io.pairstream.schemas.Takedown;
import io.pairstream.service.table.Database;
import java.util.List;

/**
 * What is made of the records that the catalogue follows, in tables that nobody else writes.
 *
 * <p>All folds see each record once: what they write and how far the topics were read are one
 * transaction. The records of a partition come in the log's order, those of different partitions
 * and topics in any: a pair's receipt may come before the pair. A fold depends on nothing but the
 * records and its tables, and throws for no record.
 */
public interface CatalogueFold {

  /** Statements that make the fold's tables. */
  List<String> schema();

  /**
   * Rises when the fold makes something else of the same records; the whole catalogue is then made
   * again.
   */
  int version();

  /**
   * A pair on training, validation or test.
   *
   * @param pair with its image, which is not to be kept here
   */
  default void prepared(PreparedPair pair, Place place, Database table) {}

  /**
   * A record on quarantine.
   *
   * @param key the record's key: the pair id, or the coordinates where there is none
   * @param pair with the original record, which is not to be kept here
   * @param sent what its producer said, of a link without an image; all fields are empty where that
   *     cannot be read or was not kept
   */
  default void quarantined(
      String key, QuarantinedPair pair, RawPair sent, Place place, Database table) {}

  /**
   * A receipt.
   *
   * @param key the record's key: the pair id, or the coordinates where there is none
   */
  default void receipt(String key, Receipt receipt, Place place, Database table) {}

  /**
   * A tombstone on training, validation, test or receipts: that topic holds nothing of the key any
   * more.
   *
   * @param key pair id, or coordinates
   */
  default void removed(String key, Place place, Database table) {}

  /** What a person decided about a pair. */
  default void reviewed(Review review, Place place, Database table) {}

  /** A withdrawal. */
  default void takenDown(Takedown takedown, Place place, Database table) {}

  /**
   * A withdrawal is lifted.
   *
   * @param key as in {@link io.pairstream.schemas.TakedownKind#key}
   */
  default void lifted(String key, Place place, Database table) {}

  /** Somebody withdrew something, or lifted that, as the audit trail says. */
  default void takedownEvent(TakedownEvent event, Place place, Database table) {}

  /**
   * A topic keeps the records of a partition no longer that lie before an offset. Called now and
   * then, also where nothing has gone since.
   */
  default void forget(String topic, int partition, long from, Database table) {}
}
