package io.pairstream.operate.lag.watch;

import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.lag.Headline;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.Route;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/** {@code GET /v1/lag} and {@code /v1/lag/history}. */
public record LagRoutes(Supplier<LagReport> latest, LagHistory history) {

  /** The routes of the lag and of its history, for those who may look. */
  public List<Route> routes() {
    return List.of(
        AnswerJson.route("/v1/lag", this::lag).taking("group", "partitions"),
        AnswerJson.route(
                "/v1/lag/history",
                request -> history.points(group(request), partition(request), back(request)))
            .taking("group", "topic", "partition", "minutes"));
  }

  private LagReport lag(Incoming request) {
    LagReport report = latest.get();
    Optional<String> group = request.query("group");
    boolean isShort = request.query("partitions").equals(Optional.of("false"));
    return report.with(
        report.groups().stream()
            .sorted(Headline.OWN_FIRST)
            .filter(each -> group.isEmpty() || each.group().equals(group.get()))
            .map(each -> isShort ? each.withoutPartitions() : each)
            .toList());
  }

  private static String group(Incoming request) {
    return request
        .query("group")
        .orElseThrow(() -> Problem.badRequest("say whose history: group=NAME"));
  }

  private static TopicPartition partition(Incoming request) {
    Optional<String> topic = request.query("topic");
    Optional<String> number = request.query("partition");
    if (topic.isPresent() != number.isPresent()) {
      throw Problem.badRequest("topic and partition go together");
    }
    return topic
        .map(name -> new TopicPartition(name, request.whole("partition", 0, 0, Integer.MAX_VALUE)))
        .orElse(LagHistory.WHOLE);
  }

  private static Duration back(Incoming request) {
    int most = (int) LagHistory.KEPT.toMinutes();
    return Duration.ofMinutes(request.whole("minutes", 60, 1, most));
  }
}
