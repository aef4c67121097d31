package io.pairstream.feed.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
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

  /** The file is written by a second implementation, in Python. */
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
    EpochOrder order = new EpochOrder(sizes, plan, expected.get("epoch").longValue());
    int perLane = expected.get("per_lane").intValue();

    List<List<String>> lanes =
        IntStream.range(0, plan.lanes()).mapToObj(lane -> lane(order, lane)).toList();
    List<String> batches = new ArrayList<>();
    for (int at = 0; at + perLane <= order.shortestLane(); at += perLane) {
      List<String> batch = new ArrayList<>();
      for (List<String> lane : lanes) {
        batch.addAll(lane.subList(at, at + perLane));
      }
      batches.add(String.join(" ", batch));
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
      EpochOrder order = new EpochOrder(sizes, plan, epoch);
      List<String> seen = new ArrayList<>();
      for (int lane = 0; lane < plan.lanes(); lane++) {
        assertThat(order.laneLength(lane)).isBetween(order.shortestLane(), order.longestLane());
        seen.addAll(lane(order, lane));
      }
      assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void differsBetweenSeedsAndEpochs() {
    List<Integer> sizes = Collections.nCopies(10, 50);

    List<String> first = lane(new EpochOrder(sizes, new OrderPlan(1, 2, 32), 0), 0);

    assertThat(lane(new EpochOrder(sizes, new OrderPlan(1, 2, 32), 0), 0)).isEqualTo(first);
    assertThat(lane(new EpochOrder(sizes, new OrderPlan(1, 2, 32), 1), 0)).isNotEqualTo(first);
    assertThat(lane(new EpochOrder(sizes, new OrderPlan(2, 2, 32), 0), 0)).isNotEqualTo(first);
  }

  @Test
  void namesTheNearestNumbersOfRanks() {
    assertThatThrownBy(() -> new RankShare(0, 5, 24))
        .hasMessage(
            "24 lanes cannot be shared by 5 ranks alike; the nearest numbers of ranks are 4 and 6");
    assertThatThrownBy(() -> new RankShare(0, 25, 24)).hasMessageEndingWith("ranks are 24");
    assertThatThrownBy(() -> new RankShare(3, 3, 24)).hasMessageContaining("rank 3 of 3");
  }

  private static List<String> lane(EpochOrder order, int lane) {
    List<String> samples = new ArrayList<>();
    for (int window = 0; window < order.windows(lane); window++) {
      List<String> counted = new ArrayList<>();
      for (EpochOrder.Piece piece : order.pieces(lane, window)) {
        for (int i = 0; i < piece.count(); i++) {
          counted.add(piece.block() + ":" + (piece.first() + i));
        }
      }
      for (int place : order.permutation(lane, window)) {
        samples.add(counted.get(place));
      }
    }
    return samples;
  }
}
