package io.pairstream.preprocess.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.OriginHeader;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {

  private static final int PARTITIONS = 7;
  private static final Origin ORIGIN = new Origin("pairs.scraped", 3, 42L);
  private static final byte[] KEY = "any key".getBytes(UTF_8);

  private final Placement placement = new Placement(PARTITIONS);

  @Test
  void rightIsTheOnePartitionThatKafkaChoosesForTheDigest() {
    Set<Integer> taken = new HashSet<>();
    for (int image = 0; image < 50; image++) {
      String digest = "%064x".formatted(image * 7919);
      byte[] key = digest.getBytes(UTF_8);
      int kafkas = BuiltInPartitioner.partitionForKey(key, PARTITIONS);

      assertThat(IntStream.range(0, PARTITIONS).filter(p -> placement.isRight(key, p, digest)))
          .containsExactly(kafkas);
      taken.add(kafkas);
    }
    assertThat(taken).hasSize(PARTITIONS);
  }

  static Stream<Arguments> headersOfStrangers() {
    Header forgedOrigin = header("pairstream.origin", "pairs.scraped-0-0");
    Header forgedKey = header("pairstream.key", "not my key");
    return Stream.of(
            List.<Header>of(),
            List.of(header("trace", "1"), header("trace", "2")),
            List.of(new RecordHeader("empty", null), header("", "no name")),
            List.of(forgedOrigin),
            List.of(forgedKey),
            List.of(forgedKey, forgedOrigin),
            List.of(forgedOrigin, forgedKey),
            List.<Header>of(
                new RecordHeader("pairstream.origin", null),
                new RecordHeader("pairstream.key", null)))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("headersOfStrangers")
  void aRepartitionedRecordArrivesAsItLeft(List<Header> headers) {
    for (byte[] key : new byte[][] {KEY, null}) {
      RawRecord repartitioned = repartitioned(Placement.toRepartition(record(key, headers)));

      assertThat(repartitioned.origin()).isEqualTo(ORIGIN);
      assertThat(repartitioned.key()).isEqualTo(key);
      assertThat(repartitioned.headers()).isEqualTo(new RecordHeaders(headers));
    }
  }

  @Test
  void aRecordWithoutOurHeadersIsAFaultOfOurs() {
    RecordHeaders originAlone = new RecordHeaders();
    OriginHeader.write(originAlone, ORIGIN);

    assertThatThrownBy(() -> repartitioned(new RecordHeaders()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> repartitioned(originAlone)).isInstanceOf(IllegalStateException.class);
  }

  private static RawRecord repartitioned(Headers headers) {
    return Placement.fromRepartition(headers, new byte[] {1}, Instant.EPOCH);
  }

  private static RawRecord record(byte[] key, List<Header> headers) {
    return new RawRecord(key, new byte[] {1}, new RecordHeaders(headers), ORIGIN, Instant.EPOCH);
  }

  private static Header header(String key, String value) {
    return new RecordHeader(key, value.getBytes(UTF_8));
  }
}
