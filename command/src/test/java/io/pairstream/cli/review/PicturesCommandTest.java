package io.pairstream.cli.review;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.service.cluster.TestCluster;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PicturesCommandTest extends OnCluster {

  PicturesCommandTest() {
    super(1);
  }

  private void index(String pair, String image, String hash, String split, String group) {
    TestCluster.put(
        cluster,
        cluster.topics().index(),
        pair,
        IndexedPair.newBuilder()
            .setImageDigest(image)
            .setPerceptualHash(hash)
            .setSplit(split)
            .setPictureGroup(group)
            .build());
  }

  private Map<String, Fingerprint> sent() {
    Map<String, Fingerprint> sent = new TreeMap<>();
    TestCluster.committed(cluster, cluster.topics().fingerprints().name())
        .forEach(
            record ->
                sent.put(
                    new String(record.key(), UTF_8),
                    cluster.decode(cluster.topics().fingerprints(), record.value()).orElseThrow()));
    return sent;
  }

  @Test
  void sendsEachPictureThatWasNotLookedUpOnceWithItsSplit() {
    index("1", "a", "0000000000000000", "TRAINING", "");
    index("2", "a", "0000000000000000", "TRAINING", "");
    index("3", "b", "0000000000000003", "TEST", "");
    index("4", "c", "00000000000000ff", "VALIDATION", "c");
    index("5", "gone", "0000000000000000", "TEST", "");
    TestCluster.put(cluster, cluster.topics().index(), "5", null);

    Ended plan = run("pictures index --plan").done();
    Map<String, Fingerprint> afterPlan = sent();
    Ended done = run("pictures index");
    JsonNode again = run("pictures index --json").json();

    assertThat(plan.out())
        .contains("3 published pictures, 2 not looked up yet")
        .contains("1 are nearly another one")
        .contains("1 nearly one of another split")
        .contains("a in training is nearly b in test: 2 bits differ")
        .contains("nothing is sent; without --plan 2 fingerprints would be");
    assertThat(afterPlan).isEmpty();
    assertThat(done.out()).contains("2 fingerprints sent; preprocess takes them where");
    assertThat(again.path("sent").asLong()).isEqualTo(2);
    assertThat(again.path("in_two_splits").asLong()).isEqualTo(1);
    assertThat(sent())
        .containsExactly(
            Map.entry("a", new Fingerprint(0L, 0L, "", "TRAINING", 0L, false)),
            Map.entry("b", new Fingerprint(3L, 3L, "", "TEST", 0L, false)));
  }
}
