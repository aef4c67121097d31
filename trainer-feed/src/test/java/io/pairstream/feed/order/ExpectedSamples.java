package io.pairstream.feed.order;

import io.pairstream.feed.order.EpochOrder.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Samples of a run, counted through an epoch's windows one by one. */
public final class ExpectedSamples {

  private ExpectedSamples() {}

  /**
   * All samples of an epoch, as pieces of one record.
   *
   * @param isThere whether a record is there and not withdrawn; others of its window take the
   *     places of those that are not, and those of the next window where nothing is left
   */
  public static List<Piece> of(EpochOrder order, Predicate<Piece> isThere) {
    List<List<Piece>> lanes =
        IntStream.range(0, order.lanes()).mapToObj(lane -> lane(order, lane, isThere)).toList();
    return LongStream.range(0, order.samples())
        .mapToObj(
            number -> lanes.get((int) (number % order.lanes())).get((int) (number / order.lanes())))
        .toList();
  }

  private static List<Piece> lane(EpochOrder order, int lane, Predicate<Piece> isThere) {
    List<Piece> samples = new ArrayList<>();
    for (int window = 0; window < order.windows(lane); window++) {
      List<Piece> living = List.of();
      for (int i = 0; i < order.lanes() && living.isEmpty(); i++) {
        int other = (lane + i) % order.lanes();
        for (int j = 0; j < order.windows(other) && living.isEmpty(); j++) {
          int next = ((i == 0 ? window : 0) + j) % order.windows(other);
          living = records(order, other, next).stream().filter(isThere).toList();
        }
      }
      for (int i = 0; i < order.windowLength(lane, window); i++) {
        samples.add(living.get(i % living.size()));
      }
    }
    return samples;
  }

  private static List<Piece> records(EpochOrder order, int lane, int window) {
    return order.ordered(
        lane,
        window,
        piece ->
            IntStream.range(0, piece.count())
                .mapToObj(i -> new Piece(piece.block(), piece.first() + i, 1))
                .toList());
  }
}
