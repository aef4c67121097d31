package io.pairstream.operate.metrics;

import io.pairstream.service.report.PrometheusText;
import io.pairstream.testing.Golden;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Metrics keep their names, and those of lag, brokers and the canary their types and labels. */
class MetricsCompatibilityTest {

  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(\\{.*})? \\S+$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  @Test
  void metricsKeepTheirNamesTypesAndLabels() throws IOException {
    String text = MetricsTest.everything();
    List<String> entries = new ArrayList<>();
    TYPE.matcher(text).results().forEach(of -> entries.add(of.group(1) + " " + of.group(2)));
    SAMPLE.matcher(text).results().forEach(of -> entries.add(of.group(1) + labels(of.group(2))));
    Properties ofProcesses = new Properties();
    try (InputStream in = PrometheusText.class.getResourceAsStream("metrics.properties")) {
      ofProcesses.load(in);
    }
    ofProcesses
        .stringPropertyNames()
        .forEach(name -> entries.add("pairstream_" + name + " of a process"));

    Golden.of("/metrics", "metrics.txt").compare(entries);
  }

  private static String labels(String labels) {
    Matcher named = LABEL.matcher(labels == null ? "" : labels);
    return new TreeSet<>(named.results().map(of -> of.group(1)).toList()).toString();
  }
}
