package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.SplitByImage;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Lets pairs go on whose picture is known and kept; of the others nothing comes out. */
final class KnownPictures
    extends ContextualFixedKeyProcessor<String, Tracked<PreparedPair>, Tracked<PreparedPair>> {

  private final SplitByImage split;
  private Receipts receipts;

  KnownPictures(SplitByImage split) {
    this.split = split;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked<PreparedPair>> context) {
    super.init(context);
    receipts = new Receipts(context);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<PreparedPair>> record) {
    Tracked<PreparedPair> tracked = record.value();
    PreparedPair pair = tracked.stage();
    Optional<Receipt> group = receipts.groupOf(pair.getImageDigest());
    if (group.isPresent()) {
      String first = group.get().getImageDigest();
      PreparedPair placed = inGroup(pair, first, group.get().getStanding(), split);
      context().forward(record.withValue(tracked.as(placed)));
    }
  }

  /** A pair in the split and fold of its picture's group. */
  static PreparedPair inGroup(
      PreparedPair pair, String group, String splitName, SplitByImage split) {
    pair.setPictureGroup(group);
    pair.setSplit(splitName);
    pair.setFold(split.assign(group).fold());
    return pair;
  }
}
