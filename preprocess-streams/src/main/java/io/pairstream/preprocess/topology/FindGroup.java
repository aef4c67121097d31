package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.plan.SplitByImage;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.service.rejection.Measurements;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Looks for the group of a pair's picture, which has one where it has been kept before. */
final class FindGroup
    extends ContextualFixedKeyProcessor<String, Tracked<PreparedPair>, FindGroup.Known> {

  private final boolean looksAgain;

  /**
   * @param looksAgain whether a picture that was superseded is looked up when it comes again, as
   *     the larger one may have left its split
   */
  FindGroup(boolean looksAgain) {
    this.looksAgain = looksAgain;
  }

  @Override
  public void process(FixedKeyRecord<String, Tracked<PreparedPair>> record) {
    Optional<Receipt> group =
        new Receipts(context())
            .groupOf(record.value().identity().imageDigest())
            .filter(of -> !looksAgain || of.getReason().isEmpty());
    context().forward(record.withValue(new Known(record.value(), group)));
  }

  /**
   * A pair with the group of its picture.
   *
   * @param group see {@link Receipts#groupOf}
   */
  record Known(Tracked<PreparedPair> pair, Optional<Receipt> group) {

    /**
     * The pair in its group; nothing where its picture has none yet.
     *
     * <p>Rejects: {@code BRIDGES_SPLITS}, and {@code NEAR_COPY} where a larger picture has taken
     * the place of this one.
     */
    List<Tracked<Outcome<PreparedPair>>> inGroup(SplitByImage split) {
      return group
          .map(
              of ->
                  pair.as(
                      of.getReason().isEmpty()
                          ? FindGroup.inGroup(
                              pair.stage(), of.getImageDigest(), of.getStatus(), split)
                          : Outcome.<PreparedPair>rejected(superseded(of))))
          .stream()
          .toList();
    }
  }

  private static Rejection superseded(Receipt group) {
    return new Rejection(
        RejectReason.valueOf(group.getReason()),
        group.getDetail(),
        Measurements.read(group.getMeasured()),
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
