package io.pairstream.feed;

import io.pairstream.feed.order.EpochOrder;
import io.pairstream.feed.view.View;

/**
 * One epoch of one view of a run.
 *
 * @param part which of the run's views, from 0
 */
record Pass(int part, View view, long epoch, EpochOrder order) {}
