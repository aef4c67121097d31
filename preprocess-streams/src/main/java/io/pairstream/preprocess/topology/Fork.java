package io.pairstream.preprocess.topology;

import static org.apache.kafka.streams.kstream.Named.as;

import io.pairstream.cleaning.Outcome;
import io.pairstream.preprocess.topology.Tracked.Rejected;
import java.util.function.Function;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.ProcessingContext;

/**
 * The two streams that leave a node which judges records.
 *
 * @param kept records that go on
 * @param rejected records that leave, from this node and those before it
 */
record Fork<T>(KStream<String, Tracked<T>> kept, KStream<String, Tracked<Rejected>> rejected) {

  /** The streams {@code NODE-kept} and {@code NODE-rejected} of judged records. */
  static <T> Fork<T> of(String node, KStream<String, Tracked<Outcome<T>>> judged) {
    return new Fork<>(
        judged.flatMapValues(Tracked::kept, as(node + "-kept")),
        judged.flatMapValues(pair -> Tracked.rejected(node, pair), as(node + "-rejected")));
  }

  /** Judges the kept records; the result has the rejections of the new node alone. */
  <O> Fork<O> judge(
      String node,
      Function<ProcessingContext, Function<Tracked<T>, Tracked<Outcome<O>>>> judge,
      String... stores) {
    return of(node, kept.processValues(() -> new Judge<>(judge), as(node), stores));
  }

  /** Adds the rejections of an earlier fork, with a merge node of that name. */
  Fork<T> after(Fork<?> earlier, String node) {
    return new Fork<>(kept, earlier.rejected.merge(rejected, as(node)));
  }

  /** Judges each record of a task, whose stores a judgement may ask. */
  private static final class Judge<I, O>
      extends ContextualFixedKeyProcessor<String, Tracked<I>, Tracked<Outcome<O>>> {

    private final Function<ProcessingContext, Function<Tracked<I>, Tracked<Outcome<O>>>> ofTask;
    private Function<Tracked<I>, Tracked<Outcome<O>>> judgement;

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
}
