package io.pairstream.platform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a platform says of its processes, in order. */
final class RecordedEvents implements SupervisedChild.Listener {

  private final List<String> events = new CopyOnWriteArrayList<>();

  List<String> events() {
    return events;
  }

  long count(String beginning) {
    return events.stream().filter(event -> event.startsWith(beginning)).count();
  }

  @Override
  public void told(String event) {
    events.add(event);
  }

  @Override
  public void ready() {}

  @Override
  public void gaveUp(String reason) {
    events.add("given up");
  }
}
