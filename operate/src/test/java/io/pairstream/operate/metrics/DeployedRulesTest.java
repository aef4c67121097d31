package io.pairstream.operate.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.service.report.PrometheusText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules and boards that are shipped, against the names that we tell and the real promtool. */
class DeployedRulesTest {

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Path RULES = PROJECT.resolve("deploy/prometheus/pairstream.rules.yml");
  private static final Pattern METRIC = Pattern.compile("\\b(?:pairstream|kafka|jvm)_[a-z_]+");

  @Test
  void alertsFireWhenTheyShouldAndOnlyThen() throws Exception {
    Promtool.Ended ended =
        Promtool.run(
            "", "test", "rules", RULES.resolveSibling("pairstream.rules.test.yml").toString());

    assertThat(ended.status()).as(ended.output()).isZero();
  }

  @Test
  void eachAlertHasARunbookAndATest() throws Exception {
    String tests = Files.readString(RULES.resolveSibling("pairstream.rules.test.yml"));
    String page = Files.readString(PROJECT.resolve("docs/metrics.md"));
    List<String> alerts = found("- alert: (\\w+)", Files.readString(RULES));
    List<String> runbooks = found("runbook_url: (\\S+)", Files.readString(RULES));
    Set<String> sections = new TreeSet<>();
    found("(?m)^#+ (.+)$", page).forEach(title -> sections.add(anchor(title)));

    assertThat(alerts).hasSizeGreaterThan(8);
    assertThat(runbooks)
        .containsExactlyElementsOf(
            alerts.stream().map(alert -> "docs/metrics.md#" + anchor(alert)).toList());
    assertThat(sections).containsAll(alerts.stream().map(DeployedRulesTest::anchor).toList());
    assertThat(alerts)
        .allSatisfy(alert -> assertThat(tests).containsPattern(alert + "\\s+exp_alerts"));
  }

  @Test
  void alertsAskForNamesThatWeTell() throws Exception {
    assertThat(metrics(Files.readString(RULES).replaceAll("docs/\\S+", ""))).isSubsetOf(names());
  }

  /** STARTING is what is left where no other verdict is counted. */
  @ParameterizedTest
  @EnumSource(LagVerdict.class)
  void theBoardShowsEachVerdictAndEachAlarmHasARule(LagVerdict verdict) throws Exception {
    String board = Files.readString(PROJECT.resolve("deploy/grafana/pairstream-lag.json"));
    List<String> number = found("verdict=.\"" + verdict + "..} \\* (\\d+)\\)", board);

    String key = number.isEmpty() ? "0" : number.get(0);
    assertThat(board)
        .containsPattern("\"%s\": \\{\\s+\"text\": \"%s\"".formatted(key, verdict.words()));
    if (verdict.isAlarm()) {
      String rules = Files.readString(RULES);
      assertThat(rules).contains("verdict=\"" + verdict + "\",decides=\"yes\"}");
      String ofOthers = found("verdict=~\"([A-Z_|]+)\",decides=\"no\"}", rules).get(0);
      // Another's group may have been set back as its owner wants it.
      assertThat(List.of(ofOthers.split("\\|")).contains(verdict.name()))
          .isEqualTo(verdict != LagVerdict.REWIND);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pairstream-lag.json", "pairstream-pipeline.json"})
  void boardsAskForNamesThatWeTell(String board) throws Exception {
    JsonNode json = new JsonMapper().readTree(PROJECT.resolve("deploy/grafana/" + board).toFile());
    List<String> queries = new ArrayList<>(json.findValuesAsText("expr"));
    queries.addAll(json.findValuesAsText("query"));

    assertThat(metrics(String.join("\n", queries))).hasSizeGreaterThan(10).isSubsetOf(names());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pairstream-lag.json", "pairstream-pipeline.json"})
  void boardsHoldQueriesThatPromtoolTakes(String board) throws Exception {
    JsonNode json = new JsonMapper().readTree(PROJECT.resolve("deploy/grafana/" + board).toFile());
    StringBuilder rules = new StringBuilder("groups:\n  - name: board\n    rules:\n");
    for (String query : json.findValuesAsText("expr")) {
      String filled = query.replace("$__rate_interval", "1m").replaceAll("\\s+", " ");
      rules.append("      - record: a:b\n        expr: '").append(filled).append("'\n");
    }
    Path file = Files.createTempFile("board", ".yml");
    try {
      Files.writeString(file, rules);

      Promtool.Ended ended = Promtool.run("", "check", "rules", "--lint=none", file.toString());

      assertThat(ended.status()).as(ended.output()).isZero();
    } finally {
      Files.delete(file);
    }
  }

  /** Metrics of the service on lag and canaries, and of processes on themselves. */
  private static Set<String> names() throws IOException {
    Set<String> names = MetricsTest.allNames();
    Properties ofProcesses = new Properties();
    try (InputStream in = PrometheusText.class.getResourceAsStream("metrics.properties")) {
      ofProcesses.load(in);
    }
    ofProcesses
        .stringPropertyNames()
        .forEach(
            name -> {
              names.add("pairstream_" + name);
              names.add("pairstream_" + name + "_bucket");
            });
    return names;
  }

  private static Set<String> metrics(String text) {
    return new TreeSet<>(METRIC.matcher(text).results().map(result -> result.group()).toList());
  }

  private static List<String> found(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    return matcher.results().map(result -> result.group(1)).toList();
  }

  /** As pages of Markdown name their sections. */
  private static String anchor(String title) {
    return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
  }
}
