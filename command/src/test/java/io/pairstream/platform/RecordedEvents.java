package io.pairstream.platform;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a platform tells its listener, in order. */
final class RecordedEvents implements PlatformListener {

  private final List<String> events = new CopyOnWriteArrayList<>();

  List<String> events() {
    return events;
  }

  long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  @Override
  public void ready(String name, Duration after) {
    events.add(name + " ready");
  }

  @Override
  public void died(String name, int exitStatus, Duration restartIn) {
    events.add(name + " died " + exitStatus + ", again in " + restartIn.toMillis());
  }

  @Override
  public void gaveUp(String name, String reason) {
    events.add(name + " gave up");
  }

  @Override
  public void stopped(String name) {
    events.add(name + " stopped");
  }
}
