package io.pairstream.curation.actions;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.Action;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountedEventsTest {

  private static final AuditEvent REFUSED =
      new AuditEvent(
          "login",
          "",
          AuditEvent.Outcome.REFUSED,
          Sentence.verbatim("a wrong key"),
          Map.of("address", "192.0.2.1"));
  private static final Actor UNKNOWN = new Actor("", "");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource source = () -> now;
  private final CountedEvents counted = new CountedEvents(source.withZone(ZoneOffset.UTC));

  private List<Action> refuse(String caller, int times) {
    List<Action> written = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      counted.add(REFUSED, UNKNOWN, caller).ifPresent(written::add);
    }
    return written;
  }

  @Test
  void aThousandOfACallerAreTenRecordsOfOneAction() {
    List<Action> written = refuse("a", 1000);

    assertThat(written).hasSize(10);
    assertThat(written.get(0).getFacts()).isEqualTo(Map.of("address", "192.0.2.1"));
    assertThat(written.get(0).getDoneAt()).isEqualTo(now);
    assertThat(written).extracting(Action::getActionId).containsOnly(written.get(0).getActionId());
    assertThat(written.get(9).getFacts())
        .containsEntry("times", "512")
        .containsEntry("address", "192.0.2.1");
    assertThat(written.get(9).getDetail()).isEqualTo("a wrong key");
  }

  @Test
  void anHourLaterCountingBeginsAnew() {
    String first = refuse("a", 4).get(0).getActionId();
    now = now.plus(CountedEvents.WITHIN);

    Action next = refuse("a", 1).get(0);

    assertThat(next.getActionId()).isNotEqualTo(first);
    assertThat(next.getFacts()).doesNotContainKey("times");
  }

  @Test
  void callersUnderEverNewNamesFillNothing() {
    List<Action> written = new ArrayList<>();
    for (int i = 0; i < CountedEvents.MOST_CALLERS + 1024; i++) {
      written.addAll(refuse("caller " + i, 1));
    }

    assertThat(written).hasSize(CountedEvents.MOST_CALLERS + 11);
    now = now.plus(Duration.ofHours(2));
    assertThat(refuse("caller 2000", 1)).hasSize(1);
  }
}
