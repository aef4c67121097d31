package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.CarryOutTakedown.Withdrawn;
import io.pairstream.schemas.Finding;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.Receipt;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** The pairs whose place others take, one by one. */
final class Superseded extends ContextualProcessor<String, Finding, String, Withdrawn> {

  @Override
  public void process(Record<String, Finding> record) {
    for (Receipt receipt : record.value().getSuperseded()) {
      PairStatus split = PairStatus.valueOf(record.value().getSplit());
      context().forward(new Withdrawn(split, receipt).record(record.timestamp()));
    }
  }
}
