package io.pairstream.platform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a platform says of its processes, in order. */
final class RecordedEvents {

  private final List<String> events = new CopyOnWriteArrayList<>();

  List<String> events() {
    return events;
  }

  long count(String beginning) {
    return events.stream().filter(event -> event.startsWith(beginning)).count();
  }

  void said(String event) {
    events.add(event);
  }

  SupervisedChild.Listener listener() {
    return new SupervisedChild.Listener(events::add, () -> {});
  }
}
