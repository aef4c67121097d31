package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.ProcessingContext;

/** Judges each record of a task, whose stores a judgement may ask. */
final class Judge<I, O>
    extends ContextualFixedKeyProcessor<String, Tracked<I>, Tracked<Outcome<O>>> {

  private final Function<ProcessingContext, Function<Tracked<I>, Tracked<Outcome<O>>>> ofTask;
  private Function<Tracked<I>, Tracked<Outcome<O>>> judgement;

  /**
   * @param ofTask the judgement of a task
   */
  Judge(Function<ProcessingContext, Function<Tracked<I>, Tracked<Outcome<O>>>> ofTask) {
    this.ofTask = ofTask;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked<Outcome<O>>> context) {
    super.init(context);
    judgement = ofTask.apply(context);
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<I>> record) {
    context().forward(record.withValue(judgement.apply(record.value())));
  }
}
