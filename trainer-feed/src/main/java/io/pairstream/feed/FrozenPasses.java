package io.pairstream.feed;

import io.pairstream.feed.order.OrderPlan;
import io.pairstream.feed.view.View;

/** The same view in every epoch. */
final class FrozenPasses implements Passes {

  private final View view;
  private final String fingerprint;

  FrozenPasses(View view) {
    this.view = view;
    this.fingerprint = view.fingerprint();
  }

  @Override
  public View view(long epoch) {
    return view;
  }

  @Override
  public boolean isKnown(long epoch) {
    return true;
  }

  @Override
  public boolean isFrozen() {
    return true;
  }

  @Override
  public Position position(OrderPlan plan, Progress progress) {
    return new ViewPosition(fingerprint, plan, progress.epoch(), progress.taken());
  }

  @Override
  public Progress progress(OrderPlan plan, Position position) {
    if (!(position instanceof ViewPosition own)) {
      throw new PositionRefusedException(
          "the position is not one of a run over a view: " + position.toJson());
    }
    if (!own.view().equals(fingerprint)) {
      throw new PositionRefusedException(
          "the position is one of the view %s, not of %s".formatted(own.view(), fingerprint));
    }
    if (!own.plan().equals(plan)) {
      throw new PositionRefusedException(
          "the position belongs to another order: %s, and this run has %s"
              .formatted(own.plan(), plan));
    }
    return new Progress(own.epoch(), own.samples()).within(view.samples());
  }
}
