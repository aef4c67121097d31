package io.pairstream.preprocess.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.preprocess.world.Admission.Condition;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WriterSchemas;
import io.pairstream.service.report.Obstacle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private static final String SUBJECT = "pairs.crowdsourced-value";
  private static final Condition WELL = Optional::empty;

  private final Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
  private WriterSchemas schemas;
  private int knownId;

  @BeforeEach
  void register() {
    knownId = registry.register(SUBJECT, RawPair.SCHEMA$);
    // Time stands still: a verdict is never too old, however busy the machine.
    schemas = new WriterSchemas(registry, SUBJECT, RawPair.SCHEMA$, () -> 0);
  }

  @AfterEach
  void close() {
    schemas.close();
  }

  @Test
  void isOpenWhileEveryConditionHolds() {
    AtomicReference<Optional<Obstacle>> disk = new AtomicReference<>(Optional.empty());
    Admission admission = new Admission(schemas, List.of(WELL, disk::get));

    assertThat(admission.isOpen()).isTrue();
    disk.set(Optional.of(Obstacle.known("DISK", "the disk is full")));
    assertThat(admission.isOpen()).isFalse();
    disk.set(Optional.of(Obstacle.known("DISK", "the disk is gone")));
    assertThat(admission.isOpen()).isFalse();
    disk.set(Optional.empty());
    assertThat(admission.isOpen()).isTrue();
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

  @Test
  void aSchemaIsDecidedOnceTheRegistryHasSaidWhatItKnows() {
    Admission admission = new Admission(schemas, List.of());
    int unknownId = knownId + 1_000_000;

    assertThat(admission.isDecided(withId(knownId))).isFalse();
    assertThat(schemas.decide(knownId)).isEqualTo(WriterSchemas.Verdict.KNOWN);
    assertThat(admission.isDecided(withId(knownId))).isTrue();

    assertThat(schemas.decide(unknownId)).isEqualTo(WriterSchemas.Verdict.UNKNOWN);
    assertThat(admission.isDecided(withId(unknownId))).isTrue();
  }

  private static byte[] withId(int id) {
    return ByteBuffer.allocate(6).put((byte) 0).putInt(id).put((byte) 0).array();
  }
}
