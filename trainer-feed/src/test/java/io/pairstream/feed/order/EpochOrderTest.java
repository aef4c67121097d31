package io.pairstream.feed.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.feed.view.Block;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EpochOrderTest {

  static List<JsonNode> conformance() throws IOException {
    try (InputStream in = EpochOrderTest.class.getResourceAsStream("conformance.json")) {
      return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false)
          .filter(entry -> !entry.has("mix"))
          .toList();
    }
  }

  /** The file is written by a second implementation, in Python, which alone has the mixes in it. */
  @ParameterizedTest
  @MethodSource("conformance")
  void isTheOrderOfTheConformanceFile(JsonNode expected) throws Exception {
    List<Integer> sizes = new ArrayList<>();
    expected.get("sizes").forEach(size -> sizes.add(size.intValue()));
    OrderPlan plan =
        new OrderPlan(
            expected.get("seed").longValue(),
            expected.get("lanes").intValue(),
            expected.get("window").intValue());
    List<Block> blocks = blocks(sizes, expected.path("partitions").asInt(1));
    EpochOrder order = new EpochOrder(blocks, plan, expected.get("epoch").longValue());
    Set<String> gone = new HashSet<>();
    for (JsonNode some : expected.path("gone")) {
      IntStream.range(some.get(1).intValue(), some.get(2).intValue())
          .forEach(place -> gone.add(some.get(0).intValue() + ":" + place));
    }
    int batchSize = expected.get("batch").intValue();

    List<String> samples =
        ExpectedSamples.of(order, record -> !gone.contains(name(record))).stream()
            .map(EpochOrderTest::name)
            .toList();
    List<String> batches = new ArrayList<>();
    for (int at = 0; at + batchSize <= samples.size(); at += batchSize) {
      batches.add(String.join(" ", samples.subList(at, at + batchSize)));
    }

    assertThat(batches).hasSize(expected.get("batches").intValue());
    byte[] text = String.join("\n", batches).getBytes(StandardCharsets.UTF_8);
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)))
        .isEqualTo(expected.get("digest").textValue());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void handsOutEveryRecordOnceInEveryEpoch(long seed) {
    Random random = new Random(seed);
    List<Integer> sizes = random.ints(1 + random.nextInt(40), 1, 130).boxed().toList();
    OrderPlan plan = new OrderPlan(seed, 1 + random.nextInt(30), random.nextInt(70));
    List<String> all = new ArrayList<>();
    for (int block = 0; block < sizes.size(); block++) {
      for (int place = 0; place < sizes.get(block); place++) {
        all.add(block + ":" + place);
      }
    }

    for (long epoch = 0; epoch < 3; epoch++) {
      EpochOrder order = new EpochOrder(blocks(sizes, 3), plan, epoch);
      List<EpochOrder.Piece> seen = ExpectedSamples.of(order, record -> true);
      assertThat(seen).extracting(EpochOrderTest::name).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  private static String name(EpochOrder.Piece record) {
    return record.block() + ":" + record.first();
  }

  /** As many blocks in each of some partitions as in the others. */
  private static List<Block> blocks(List<Integer> sizes, int partitions) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      int partition = i * partitions / sizes.size();
      blocks.add(new Block(partition, 1000L * i, 1, List.of(sizes.get(i))));
    }
    return blocks;
  }
}
