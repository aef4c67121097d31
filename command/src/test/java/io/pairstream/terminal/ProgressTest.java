package io.pairstream.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final AtomicLong nanos = new AtomicLong();
  private final StringWriter said = new StringWriter();

  @Test
  void withoutATerminalEachTenSecondsHaveALine() {
    try (Progress progress = new Progress(new PrintWriter(said), false, nanos::get)) {
      for (int second = 1; second <= 25; second++) {
        nanos.set(Duration.ofSeconds(second).toNanos());
        progress.show("%,d pair(|s) sent", second);
        progress.glance("no terminal");
      }
    }

    assertThat(said.toString().lines()).containsExactly("10 pairs sent", "20 pairs sent");
  }

  @Test
  void whereAPersonLooksOneLineIsShownInPlaceAndTakenAway() {
    Progress progress = new Progress(new PrintWriter(said), true, nanos::get);
    progress.show("too soon");
    nanos.set(Duration.ofSeconds(1).toNanos());
    progress.show("%,d pair(|s) sent", 1);
    progress.line("a file was left out");
    progress.close();

    String erase = "\r\u001b[2K";
    assertThat(said.toString())
        .isEqualTo(
            erase + "1 pair sent" + erase + "a file was left out" + System.lineSeparator() + erase);
  }

  @Test
  void aBarIsShownWhereAPersonLooks() {
    assertThat(new Progress(new PrintWriter(said), true, nanos::get).bar(12_000, 100_000))
        .isEqualTo("[#.........] ");
    assertThat(new Progress(new PrintWriter(said), true, nanos::get).bar(5, 5))
        .isEqualTo("[##########] ");
    assertThat(new Progress(new PrintWriter(said), false, nanos::get).bar(5, 5)).isEmpty();
  }

  /** A progress that is made anew at each step has always just begun, and never says anything. */
  @Test
  void noStepOfAWorkHasAProgressOfItsOwn() throws IOException {
    Pattern made = Pattern.compile("->\\s*(?:new Progress\\(.*?\\)|progress\\(\\))\\.show");
    List<String> found = new ArrayList<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        Matcher hits = made.matcher(Files.readString(source));
        hits.results().forEach(hit -> found.add(source + ": " + hit.group()));
      }
    }
    assertThat(found).isEmpty();
  }
}
