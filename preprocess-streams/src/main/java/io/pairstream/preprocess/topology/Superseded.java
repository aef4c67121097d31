package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.OriginHeader;
import io.pairstream.schemas.wire.QuarantineHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** The pairs whose place others take, one by one. */
final class Superseded extends ContextualProcessor<String, Finding, String, Withdrawn> {

  @Override
  public void process(Record<String, Finding> record) {
    record
        .value()
        .getSuperseded()
        .forEach(
            receipt -> {
              PairStatus split = PairStatus.valueOf(record.value().getSplit());
              RecordHeaders headers = new RecordHeaders();
              OriginHeader.write(headers, receipt.getOrigin());
              QuarantineHeader.write(headers, receipt.getReason());
              context()
                  .forward(
                      new Record<>(
                          receipt.getPairId(),
                          new Withdrawn(split, receipt),
                          record.timestamp(),
                          headers));
            });
  }
}
