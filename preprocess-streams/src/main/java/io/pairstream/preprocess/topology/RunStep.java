package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a step on each record.
 *
 * <p>Where no image worker can work at all, the record is not to blame: the thread gives up its
 * transaction and its tasks, joins again from the last commit, and the consumer holds the records
 * until a worker is back. Giving up one task alone would not do: all tasks of a thread share a
 * transaction, and what this one has already sent would be committed with the others' offsets.
 */
final class RunStep<I, O> implements FixedKeyProcessor<String, Tracked<I>, Tracked<Outcome<O>>> {

  private static final Logger LOG = LoggerFactory.getLogger(RunStep.class);

  private final Step<Tracked<I>, O> step;
  private FixedKeyProcessorContext<String, Tracked<Outcome<O>>> context;

  RunStep(Step<Tracked<I>, O> step) {
    this.step = step;
  }

  @Override
  public void init(FixedKeyProcessorContext<String, Tracked<Outcome<O>>> processorContext) {
    this.context = processorContext;
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<I>> record) {
    Outcome<O> outcome;
    try {
      outcome = step.apply(record.value());
    } catch (ImageWorkerUnavailableException e) {
      LOG.warn("no image worker is available, the work pauses: {}", e.getMessage());
      throw new TaskMigratedException("no image worker is available", e);
    }
    context.forward(record.withValue(record.value().as(outcome)));
  }
}
