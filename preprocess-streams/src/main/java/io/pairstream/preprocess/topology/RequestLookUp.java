package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.FindGroup.Known;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.PreparedPair;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Has pairs of a new picture wait, and sends its fingerprint, once, to be looked up. */
final class RequestLookUp extends ContextualProcessor<String, Known, String, Fingerprint> {

  private final WaitingPairs.Memory memory;

  RequestLookUp(WaitingPairs.Memory memory) {
    this.memory = memory;
  }

  @Override
  public void process(Record<String, Known> record) {
    Tracked<PreparedPair> tracked = record.value().pair();
    if (record.value().group().isEmpty() && memory.of(context().taskId()).add(tracked)) {
      PreparedPair pair = tracked.stage();
      Map<String, Double> measures = pair.getMeasures();
      double pixels = measures.get("original_width_px") * measures.get("original_height_px");
      context()
          .forward(
              record
                  .withKey(pair.getImageDigest())
                  .withValue(
                      Fingerprint.newBuilder()
                          .setPerceptualHash(hash(pair.getPerceptualHash()))
                          .setMirroredHash(hash(pair.getMirroredHash()))
                          .setOwnSplit(pair.getSplit())
                          .setPixels((long) pixels)
                          .build())
                  .withHeaders(new RecordHeaders()));
    }
  }

  private static long hash(String hexDigits) {
    return HexFormat.fromHexDigitsToLong(hexDigits);
  }
}
