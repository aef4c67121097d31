package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.SplitByImage;
import io.pairstream.cleaning.SplitByImage.Assignment;
import io.pairstream.schemas.PreparedPair;
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
    PreparedPair pair = record.value().stage();
    receipts
        .groupOf(pair.getImageDigest())
        .ifPresent(
            group ->
                context()
                    .forward(record.withValue(record.value().as(inGroup(pair, group, split)))));
  }

  /** A pair in the split and fold of its picture's group. */
  static PreparedPair inGroup(PreparedPair pair, String group, SplitByImage split) {
    Assignment assignment = split.assign(group);
    pair.setPictureGroup(group);
    pair.setSplit(assignment.split().name());
    pair.setFold(assignment.fold());
    return pair;
  }
}
