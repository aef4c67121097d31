package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.Replay;
import java.util.Optional;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Which entries of the quarantine were let in, so that one which is sent twice, under whatever
 * caption, is published once.
 *
 * <p>The store of receipts holds, under {@code entry/COORDINATES}, a receipt that says nothing but
 * which pair was published of the entry. An entry and all that is sent of it have the image in
 * common, and so the task and its store.
 */
final class LetIn {

  private static final String ENTRY = "entry/";

  private LetIn() {}

  /** Notes which pair an entry has become, where a record that replays one was published. */
  static void remember(Receipt receipt, RawRecord raw, KeyValueStore<String, Receipt> standings) {
    if (isPublished(receipt) && receipt.getOrigin().equals(raw.origin())) {
      raw.replay()
          .map(Replay::of)
          .ifPresent(
              entry ->
                  standings.put(
                      key(entry), Receipt.newBuilder().setPairId(receipt.getPairId()).build()));
    }
  }

  /** The receipt of the published pair that the entry has become which a record replays. */
  static Optional<Receipt> published(Tracked<?> tracked, KeyValueStore<String, Receipt> standings) {
    return tracked
        .raw()
        .replay()
        .map(replay -> standings.get(key(replay.of())))
        .map(pair -> standings.get(pair.getPairId()))
        .filter(LetIn::isPublished)
        .filter(receipt -> receipt.getImageDigest().equals(tracked.identity().imageDigest()));
  }

  private static String key(Origin entry) {
    return ENTRY + OriginHeader.text(entry);
  }

  private static boolean isPublished(Receipt receipt) {
    return PairStatus.valueOf(receipt.getStanding()).isPublished();
  }
}
