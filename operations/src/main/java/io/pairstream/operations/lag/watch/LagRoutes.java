package io.pairstream.operations.lag.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.lag.LagJson;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.history.Heat;
import io.pairstream.operations.lag.history.LagHistory;
import io.pairstream.operations.lag.history.LagPoint;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Route;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/** {@code GET /v1/lag}, {@code /v1/lag/history} and {@code /v1/lag/heat}. */
public final class LagRoutes {

  private static final long MOST_MINUTES = LagHistory.KEPT.toMinutes();

  private final Supplier<LagReport> latest;
  private final LagHistory history;
  private volatile Written written;

  /**
   * @param latest what the watcher saw last
   */
  public LagRoutes(Supplier<LagReport> latest, LagHistory history) {
    this.latest = latest;
    this.history = history;
  }

  /** All three, for those who may look. */
  public List<Route> routes() {
    return List.of(
        Route.get(
                "/v1/lag",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(lag(request)))
            .taking("group", "partitions"),
        Route.get(
                "/v1/lag/history",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(history(request)))
            .taking("group", "topic", "partition", "minutes"),
        Route.get(
                "/v1/lag/heat",
                Access.VIEW,
                (request, body) -> CompletableFuture.completedFuture(heat(request)))
            .taking("group", "minutes"));
  }

  /** A report in JSON, which all who ask for the same one share. */
  private record Written(Instant at, Optional<String> trouble, ByteBuffer json) {}

  private Answer lag(Incoming request) {
    LagReport report = latest.get();
    Optional<String> group = request.query("group");
    boolean withPartitions = !request.query("partitions").equals(Optional.of("false"));
    if (group.isPresent()) {
      return Answer.json(200, LagJson.report(report.only(group.get()), withPartitions));
    }
    if (!withPartitions) {
      return Answer.json(200, LagJson.report(report, false));
    }
    Written known = written;
    if (known == null
        || !known.at().equals(report.at())
        || !known.trouble().equals(report.trouble())) {
      ByteBuffer json = ByteBuffer.wrap(Json.bytes(LagJson.report(report, true)));
      known = new Written(report.at(), report.trouble(), json);
      written = known;
    }
    return new Answer(200, Json.MEDIA_TYPE, Map.of(), known.json().duplicate());
  }

  private Answer history(Incoming request) {
    String group = group(request);
    Duration back = back(request);
    List<LagPoint> points = history.points(group, partition(request), back);
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("step_seconds", history.stepOf(back).toMillis() / 1e3);
    ArrayNode array = json.putArray("points");
    for (LagPoint point : points) {
      ObjectNode one = array.addObject();
      one.put("at", LagJson.time(point.at()));
      LagJson.put(one, "lag", point.lag());
      LagJson.put(one, "bytes", point.bytes());
      LagJson.put(one, "seconds", point.seconds());
      LagJson.put(one, "arrival_per_second", point.arrivalPerSecond());
      LagJson.put(one, "processing_per_second", point.processingPerSecond());
      one.put("verdict", point.verdict().name());
    }
    return Answer.json(200, json);
  }

  private Answer heat(Incoming request) {
    Heat heat = history.heat(group(request), back(request));
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode times = json.putArray("times");
    heat.times().forEach(time -> times.add(LagJson.time(time)));
    ArrayNode rows = json.putArray("rows");
    for (Heat.Row row : heat.rows()) {
      ObjectNode one = rows.addObject().put("topic", row.topic()).put("partition", row.partition());
      ArrayNode lags = one.putArray("lag");
      row.lag()
          .forEach(
              lag -> {
                if (lag.isPresent()) {
                  lags.add(lag.getAsLong());
                } else {
                  lags.addNull();
                }
              });
      ArrayNode verdicts = one.putArray("verdict");
      row.verdict().forEach(verdict -> verdicts.add(verdict.map(Enum::name).orElse(null)));
    }
    return Answer.json(200, json);
  }

  private static String group(Incoming request) {
    return request
        .query("group")
        .orElseThrow(() -> bad("say whose history: group=NAME").asException());
  }

  private static Optional<TopicPartition> partition(Incoming request) {
    Optional<String> topic = request.query("topic");
    Optional<String> number = request.query("partition");
    if (topic.isEmpty() && number.isEmpty()) {
      return Optional.empty();
    }
    if (topic.isEmpty() || number.isEmpty()) {
      throw bad("topic and partition go together").asException();
    }
    return Optional.of(
        new TopicPartition(topic.get(), whole(number.get(), "partition", 0, Integer.MAX_VALUE)));
  }

  private static Duration back(Incoming request) {
    return Duration.ofMinutes(
        whole(request.query("minutes").orElse("60"), "minutes", 1, (int) MOST_MINUTES));
  }

  private static int whole(String text, String name, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    throw bad(name + " is a whole number from " + least + " to " + most).asException();
  }

  private static Problem bad(String detail) {
    return Problem.of(ProblemKind.BAD_REQUEST, detail);
  }
}
