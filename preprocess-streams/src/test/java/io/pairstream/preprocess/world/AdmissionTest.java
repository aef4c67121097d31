package io.pairstream.preprocess.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.schemas.wire.WriterSchemas;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  @AutoClose private WriterSchemas schemas;

  @BeforeEach
  void register() {
    Topic<RawPair> raw = new AvroSerdes(registry).topic(RawPair.class, "pairs.crowdsourced");
    registry.register(raw.subject(), raw.schema());
    // Time stands still: a verdict is never too old, however busy the machine.
    schemas = new WriterSchemas(raw, () -> 0);
  }

  @Test
  void saysThatAThreadStandsStillUntilItAsksAgainOrLeaves() {
    AtomicLong clock = new AtomicLong();
    Admission admission = new Admission(schemas, List.of(), clock::get);
    Object hanging = new Object();
    admission.round(hanging);
    clock.addAndGet(Duration.ofMinutes(9).toNanos());
    admission.round(new Object());
    assertThat(admission.standsStill(Duration.ofMinutes(10))).isEmpty();
    clock.addAndGet(Duration.ofMinutes(2).toNanos());

    assertThat(admission.standsStill(Duration.ofMinutes(10)))
        .contains("a stream thread has not asked for records for 660 s");
    admission.round(hanging);
    assertThat(admission.standsStill(Duration.ofMinutes(10))).isEmpty();
    clock.addAndGet(Duration.ofMinutes(9).toNanos());
    admission.leaves(hanging);
    assertThat(admission.standsStill(Duration.ofMinutes(12))).isEmpty();
  }

  @Test
  void whatNamesNoSchemaIsDecided() {
    Admission admission = new Admission(schemas, List.of());

    assertThat(admission.isDecided(null)).isTrue();
    assertThat(admission.isDecided(new byte[0])).isTrue();
    assertThat(admission.isDecided(new byte[] {0, 0, 0, 0})).isTrue();
    assertThat(admission.isDecided(new byte[] {1, 0, 0, 0, 1, 0})).isTrue();
  }
}
