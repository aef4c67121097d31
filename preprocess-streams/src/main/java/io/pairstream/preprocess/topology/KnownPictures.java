package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.Rejection.BrokenLimit;
import io.pairstream.cleaning.SplitByImage;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/**
 * Forwards pairs whose picture is known and kept, with its split; drops the others.
 *
 * <p>Rejects: {@code BRIDGES_SPLITS}.
 */
final class KnownPictures
    extends ContextualFixedKeyProcessor<
        String, Tracked<PreparedPair>, Tracked<Outcome<PreparedPair>>> {

  private final SplitByImage split;
  private Receipts receipts;

  KnownPictures(SplitByImage split) {
    this.split = split;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked<Outcome<PreparedPair>>> context) {
    super.init(context);
    receipts = new Receipts(context);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<PreparedPair>> record) {
    Tracked<PreparedPair> tracked = record.value();
    Optional<Receipt> group = receipts.groupOf(tracked.identity().imageDigest());
    if (group.isPresent()) {
      String first = group.get().getImageDigest();
      Outcome<PreparedPair> placed =
          group.get().getReason().isEmpty()
              ? inGroup(tracked.stage(), first, group.get().getStatus(), split)
              : Outcome.rejected(superseded(group.get()));
      context().forward(record.withValue(tracked.as(placed)));
    }
  }

  private static Rejection superseded(Receipt group) {
    return new Rejection(
        RejectReason.valueOf(group.getReason()),
        group.getDetail(),
        group.getMeasured(),
        group.getLimit(),
        BrokenLimit.NONE,
        group.getCopyOf());
  }

  /** A pair in the split and fold of its picture's group, unless it belongs in another split. */
  static Outcome<PreparedPair> inGroup(
      PreparedPair pair, String group, String splitName, SplitByImage split) {
    if (!split.isByImage() && !pair.getSplit().equals(splitName)) {
      return Outcome.rejected(
          RejectReason.BRIDGES_SPLITS,
          "the picture, or one that it nearly copies, is in "
              + splitName
              + ", and all else of its contributor or host in "
              + pair.getSplit());
    }
    pair.setPictureGroup(group);
    pair.setSplit(splitName);
    pair.setFold(split.assign(group).fold());
    return Outcome.kept(pair);
  }
}
