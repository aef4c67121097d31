package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.Fingerprint;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Says that a picture has left its split once the last of its pairs is refused, so that later ones
 * are no copies of it; when it comes again, it is looked up as a new one is.
 */
final class ForgetPicture extends ContextualProcessor<String, Withdrawn, String, Fingerprint> {

  @Override
  public void process(Record<String, Withdrawn> record) {
    Receipts receipts = new Receipts(context());
    String image = record.value().receipt().getImageDigest();
    if (receipts.groupOf(image).isPresent() && receipts.ofImage(image).isEmpty()) {
      receipts.removeGroup(image);
      context()
          .forward(
              record
                  .withKey(image)
                  .withValue(Fingerprint.newBuilder().setGone(true).build())
                  .withHeaders(new RecordHeaders()));
    }
  }
}
