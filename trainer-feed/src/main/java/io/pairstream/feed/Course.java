package io.pairstream.feed;

import io.pairstream.feed.FeedSettings.LastBatch;
import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.order.RankShare;
import io.pairstream.feed.view.View;
import java.util.List;

/** What a run hands out, whoever of its ranks asks. */
interface Course {

  OrderPlan plan();

  /** How many views are read at a time. */
  int parts();

  /** Where the run begins. */
  Position begin();

  /**
   * Where an epoch begins.
   *
   * @throws IllegalArgumentException where views are mixed, which have no epoch in common
   */
  Position begin(long epoch);

  /**
   * The views that are read from a position on, as far as they are known.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  List<View> views(Position start);

  /**
   * The steps of one rank.
   *
   * @param batchSize of all ranks together, as everywhere here
   * @throws PositionRefusedException where the position is one of another run
   */
  Steps steps(Position start, RankShare share, int batchSize, LastBatch lastBatch);

  /**
   * The position so many steps behind another, without reading anything; waits where it is still
   * open which samples an epoch has.
   *
   * @throws PositionRefusedException where the position is one of another run
   */
  Position skip(Position start, long steps, int batchSize, LastBatch lastBatch)
      throws InterruptedException;

  /**
   * Checks that there will be a batch.
   *
   * @throws IllegalArgumentException where there is none, saying of which view
   */
  void requireBatches(int batchSize, LastBatch lastBatch);
}
