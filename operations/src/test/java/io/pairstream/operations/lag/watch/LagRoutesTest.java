package io.pairstream.operations.lag.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.LongTimeoutServer;
import io.pairstream.operations.lag.CatchUp;
import io.pairstream.operations.lag.GroupKind;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.GroupMember;
import io.pairstream.operations.lag.HeadRecord;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.history.LagHistory;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LagRoutesTest {

  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Instant AT = Instant.parse("2026-11-20T03:00:00Z");

  @TempDir private Path directory;

  private LagReport report = LagReport.nothingYet(INTERVAL);
  private LagHistory history;
  private WebServer server;

  @BeforeEach
  void open() throws IOException {
    history = new LagHistory(directory, INTERVAL);
    Principal viewer = new Principal("anonymous", "", Set.of(Scope.VIEW));
    Authenticator anybody = request -> viewer;
    server =
        new WebServer(
            LongTimeoutServer.settings(),
            new Router(new LagRoutes(() -> report, history).routes()),
            anybody,
            Quota.UNLIMITED,
            true);
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
    history.close();
  }

  private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get(path);
    assertThat(response.statusCode()).isEqualTo(200);
    return Json.MAPPER.readTree(response.body());
  }

  private static LagReport aReport(Instant at) {
    PartitionLag stalled =
        new PartitionLag(
            "pairs.crowdsourced",
            3,
            OptionalLong.of(41_022),
            7,
            42_226,
            0,
            0,
            OptionalLong.of(1_204),
            OptionalLong.of(3_700_000),
            OptionalDouble.of(360),
            Verdict.STALL,
            Sentence.verbatim("STALL: pairs.crowdsourced-3 stands"),
            at.minusSeconds(360),
            OptionalDouble.of(3.3333333),
            OptionalDouble.of(0),
            CatchUp.NEVER,
            OptionalDouble.of(604_440),
            0,
            GroupMember.NOBODY,
            Optional.of(
                new HeadRecord(
                    41_022,
                    3_100_000,
                    at.minusSeconds(360),
                    "ab",
                    "image/jpeg",
                    OptionalInt.of(4000),
                    OptionalInt.of(3000),
                    "<script>alert(1)</script>",
                    Optional.of("/v1/pictures/pairs.crowdsourced/3/41022"),
                    Sentence.verbatim("3.1 MB CMYK JPEG, 4000x3000"))));
    PartitionLag never =
        new PartitionLag(
            "pairs.crowdsourced",
            4,
            OptionalLong.empty(),
            0,
            5,
            0,
            0,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Verdict.UNKNOWN,
            Sentence.verbatim("UNKNOWN"),
            at,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            CatchUp.UNKNOWN,
            OptionalDouble.empty(),
            0,
            GroupMember.NOBODY,
            Optional.empty());
    GroupLag group =
        new GroupLag(
            "pairs-preprocess",
            GroupKind.STREAMS,
            "Stable",
            2,
            true,
            false,
            Verdict.STALL,
            Sentence.verbatim("STALL: pairs.crowdsourced-3 stands"),
            at.minusSeconds(360),
            OptionalLong.of(1_204),
            OptionalLong.of(3_700_000),
            OptionalDouble.of(360),
            OptionalDouble.of(3.3333333),
            OptionalDouble.of(0),
            CatchUp.NEVER,
            OptionalDouble.of(604_440),
            0,
            Optional.of(new GroupLag.WorstPartition("pairs.crowdsourced", 3)),
            List.of(stalled, never));
    return new LagReport(at, 10, 0, List.of(group), Optional.empty());
  }

  @Test
  void saysThatNothingIsKnownYet() throws Exception {
    JsonNode json = json("/v1/lag");

    assertThat(json.get("ready").asBoolean()).isFalse();
    assertThat(json.get("groups")).isEmpty();
    assertThat(json.get("at").isNull()).isTrue();
  }

  @Test
  void tellsGroupsAndPartitionsAndWhatIsNotKnownAsNull() throws Exception {
    report = aReport(AT);

    JsonNode json = json("/v1/lag");

    assertThat(json.get("at").asText()).isEqualTo("2026-11-20T03:00:00.000Z");
    assertThat(json.get("interval_seconds").asDouble()).isEqualTo(10);
    JsonNode group = json.get("groups").get(0);
    assertThat(group.get("type").asText()).isEqualTo("streams");
    assertThat(group.get("verdict").asText()).isEqualTo("STALL");
    assertThat(group.get("catch_up").get("sentence").asText()).isEqualTo("never at this rate");
    assertThat(group.get("catch_up").get("seconds").isNull()).isTrue();
    assertThat(group.get("worst_partition").get("partition").asInt()).isEqualTo(3);
    JsonNode stalled = group.get("partitions").get(0);
    assertThat(stalled.get("arrival_per_second").asDouble()).isEqualTo(3.333333);
    assertThat(stalled.get("since").asText()).isEqualTo("2026-11-20T02:54:00.000Z");
    assertThat(stalled.get("member").asText()).isEmpty();
    assertThat(stalled.get("head").get("picture").asText())
        .isEqualTo("/v1/pictures/pairs.crowdsourced/3/41022");
    assertThat(stalled.get("head").get("caption").asText()).isEqualTo("<script>alert(1)</script>");
    JsonNode never = group.get("partitions").get(1);
    for (String name :
        List.of("committed", "lag", "bytes", "seconds", "retention_seconds", "head")) {
      assertThat(never.get(name).isNull()).as(name).isTrue();
    }
  }

  @Test
  void answersOneGroupAloneAndGroupsWithoutPartitions() throws Exception {
    report = aReport(AT);

    assertThat(json("/v1/lag?group=pairs-preprocess").get("groups").get(0).get("partitions"))
        .hasSize(2);
    assertThat(json("/v1/lag?group=nobody").get("groups")).isEmpty();
    assertThat(json("/v1/lag?partitions=false").get("groups").get(0).get("partitions")).isEmpty();
  }

  @Test
  void tellsTheHistoryOfAGroupAndOfAPartition() throws Exception {
    for (int i = 0; i < 12; i++) {
      history.note(aReport(AT.plusSeconds(10L * i)));
    }

    JsonNode group = json("/v1/lag/history?group=pairs-preprocess&minutes=10");
    JsonNode partition =
        json(
            "/v1/lag/history?group=pairs-preprocess&topic=pairs.crowdsourced&partition=4"
                + "&minutes=10");

    assertThat(group.get("step_seconds").asDouble()).isEqualTo(10);
    assertThat(group.get("points")).hasSize(12);
    assertThat(group.get("points").get(0).get("lag").asLong()).isEqualTo(1_204);
    assertThat(group.get("points").get(0).get("verdict").asText()).isEqualTo("STALL");
    assertThat(partition.get("points").get(0).get("lag").isNull()).isTrue();
    assertThat(partition.get("points").get(0).get("verdict").asText()).isEqualTo("UNKNOWN");
  }

  @Test
  void tellsTheHeatOfAGroup() throws Exception {
    for (int i = 0; i < 12; i++) {
      history.note(aReport(AT.plusSeconds(10L * i)));
    }

    JsonNode heat = json("/v1/lag/heat?group=pairs-preprocess&minutes=5");

    JsonNode row = heat.get("rows").get(0);
    assertThat(row.get("topic").asText()).isEqualTo("pairs.crowdsourced");
    assertThat(row.get("lag")).hasSameSizeAs(heat.get("times"));
    assertThat(row.get("lag").get(0).isNull()).as("nobody looked").isTrue();
    assertThat(row.get("verdict").get(heat.get("times").size() - 1).asText()).isEqualTo("STALL");
  }

  @Test
  void saysWhatIsWrongWithAQuestion() throws Exception {
    for (String wrong :
        List.of(
            "/v1/lag/history",
            "/v1/lag/history?group=g&minutes=0",
            "/v1/lag/history?group=g&minutes=1441",
            "/v1/lag/history?group=g&minutes=all",
            "/v1/lag/history?group=g&topic=t",
            "/v1/lag/history?group=g&topic=t&partition=-1",
            "/v1/lag/heat?minutes=5")) {
      HttpResponse<byte[]> response = get(wrong);

      assertThat(response.statusCode()).as(wrong).isEqualTo(400);
      assertThat(Json.MAPPER.readTree(response.body()).get("detail").asText()).isNotEmpty();
    }
  }
}
