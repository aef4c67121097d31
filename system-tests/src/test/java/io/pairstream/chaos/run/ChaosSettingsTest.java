package io.pairstream.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ChaosSettingsTest {

  private static final ChaosSettings USUAL =
      new ChaosSettings(
          7,
          20_000,
          9,
          3,
          100,
          List.of(),
          true,
          Path.of("folder"),
          Path.of("report.html"),
          false,
          0);

  @Test
  void areTheUsualOnesWhereNothingIsSaid() {
    assertThat(USUAL.with(properties(Map.of("other.key", "1", "chaos.seed", "")))).isEqualTo(USUAL);
  }

  @Test
  void readEveryKey() {
    Properties all =
        properties(
            Map.ofEntries(
                Map.entry("chaos.seed", "-12"),
                Map.entry("chaos.records", "300"),
                Map.entry("chaos.faults", "0"),
                Map.entry("chaos.instances", "2"),
                Map.entry("chaos.records-per-second", "50"),
                Map.entry("chaos.kinds", "kill -9 of an instance, freeze"),
                Map.entry("chaos.trainer", "false"),
                Map.entry("chaos.folder", "f"),
                Map.entry("chaos.report", "r"),
                Map.entry("chaos.keep", "true"),
                Map.entry("chaos.stay", "45")));

    assertThat(USUAL.with(all))
        .isEqualTo(
            new ChaosSettings(
                -12,
                300,
                0,
                2,
                50,
                List.of("kill -9 of an instance", "freeze"),
                false,
                Path.of("f"),
                Path.of("r"),
                true,
                45));
  }

  @Test
  void keepTheFolderWhereTheClusterStays() {
    assertThat(USUAL.keepsFolder()).isFalse();
    assertThat(USUAL.with(properties(Map.of("chaos.keep", "true"))).keepsFolder()).isTrue();
    assertThat(USUAL.with(properties(Map.of("chaos.stay", "1"))).keepsFolder()).isTrue();
  }

  @Test
  void tellEveryMistakeAtOnce() {
    Properties wrong =
        properties(
            Map.of(
                "chaos.seed", "seven",
                "chaos.records", "99",
                "chaos.keep", "yes",
                "chaos.stay", "1441",
                "chaos.fault", "3"));

    assertThatThrownBy(() -> USUAL.with(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            chaos.seed must be a whole number, was seven
            chaos.records must be from 100 to 10000000, was 99
            chaos.keep must be true or false, was yes
            chaos.stay must be from 0 to 1440, was 1441
            chaos.fault: no such setting""");
  }

  @Test
  void areOptionsThatReadAsTheSame() {
    Properties said = new Properties();
    for (String option : USUAL.asOptions().split(" ", -1)) {
      List<String> parts = List.of(option.substring(2).split("=", -1));
      said.setProperty(parts.get(0), parts.get(1));
    }
    ChaosSettings others =
        new ChaosSettings(
            1, 100, 1, 1, 1, List.of(), false, USUAL.folder(), USUAL.report(), USUAL.keep(), 0);

    assertThat(others.with(said)).isEqualTo(USUAL);
  }

  private static Properties properties(Map<String, String> values) {
    Properties properties = new Properties();
    properties.putAll(values);
    return properties;
  }
}
