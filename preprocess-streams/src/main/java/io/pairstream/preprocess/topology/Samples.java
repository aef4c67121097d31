package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the stores know of samples: an image with its cleaned caption, whose id is the pair id that
 * a record of just that caption has.
 *
 * <p>The store of receipts holds, under {@code sample/ID}, a receipt that says nothing but which
 * pair was published with that sample; none is needed where pair and sample have one id. The store
 * of takedowns holds those of pairs a second time under {@code SAMPLE/ID/PAIR-ID}.
 */
final class Samples {

  private static final String OWNER = "sample/";
  private static final String WITHDRAWN = "SAMPLE/";

  private Samples() {}

  static String idOf(PreparedPair pair) {
    return PairIdentity.pairId(pair.getImageDigest(), pair.getCaption());
  }

  /** Notes whose sample it is, where the receipt is a published pair's. */
  static void remember(Receipt receipt, KeyValueStore<String, Receipt> standings) {
    String sampleId = receipt.getSampleId();
    if (isPublished(receipt) && !sampleId.isEmpty() && !sampleId.equals(receipt.getPairId())) {
      standings.put(OWNER + sampleId, Receipt.newBuilder().setPairId(receipt.getPairId()).build());
    }
  }

  /**
   * The receipt of the published pair with that sample. Of a pair that an earlier version published
   * the sample is taken to be the one of its own id.
   */
  static Optional<Receipt> published(String sampleId, KeyValueStore<String, Receipt> standings) {
    Receipt owner = standings.get(OWNER + sampleId);
    return Stream.of(owner == null ? sampleId : owner.getPairId(), sampleId)
        .distinct()
        .map(standings::get)
        .filter(Objects::nonNull)
        .filter(Samples::isPublished)
        .filter(
            receipt -> receipt.getSampleId().isEmpty() || receipt.getSampleId().equals(sampleId))
        .findFirst();
  }

  /** Keeps a pair's takedown for its sample too, where that is known. */
  static void withdraw(Takedown takedown, KeyValueStore<String, Takedown> takedowns) {
    put(takedown, takedown, takedowns);
  }

  /** Undoes {@link #withdraw}. */
  static void lift(Takedown takedown, KeyValueStore<String, Takedown> takedowns) {
    put(takedown, null, takedowns);
  }

  private static void put(Takedown of, Takedown value, KeyValueStore<String, Takedown> takedowns) {
    if (!of.getSampleId().isEmpty()) {
      takedowns.put(WITHDRAWN + of.getSampleId() + "/" + of.getSubject(), value);
    }
  }

  /** A takedown in force of a pair with that sample. */
  static Optional<Takedown> withdrawn(String sampleId, KeyValueStore<String, Takedown> takedowns) {
    Takedown own = takedowns.get(TakedownKind.PAIR.key(sampleId));
    if (own != null) {
      return Optional.of(own);
    }
    try (KeyValueIterator<String, Takedown> found =
        takedowns.prefixScan(WITHDRAWN + sampleId + "/", new StringSerializer())) {
      return found.hasNext() ? Optional.of(found.next().value) : Optional.empty();
    }
  }

  private static boolean isPublished(Receipt receipt) {
    return PairStatus.valueOf(receipt.getStanding()).isPublished();
  }
}
