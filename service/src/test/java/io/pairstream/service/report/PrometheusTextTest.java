package io.pairstream.service.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PrometheusTextTest {

  @Test
  void writesAFamilyOnceWithAllItsSamples() {
    PrometheusText text = new PrometheusText();
    text.counter("pairs_total", "Pairs so far").sample(3, "door", "http");
    text.gauge("heap_bytes", "").sample(0.5);
    text.counter("pairs_total", "Pairs so far").sample(4, "door", "links", "at", "here");

    assertThat(text)
        .hasToString(
            """
            # HELP pairs_total Pairs so far
            # TYPE pairs_total counter
            pairs_total{door="http"} 3
            pairs_total{at="here",door="links"} 4
            # TYPE heap_bytes gauge
            heap_bytes 0.5
            """);
  }

  @Test
  void aHostileNameStaysInsideItsQuotes() {
    PrometheusText text = new PrometheusText();

    text.gauge("lag", "a \\ and\na new line")
        .sample(1, "group", "a\"} 99\nlag{group=\"b\\", "client", "\r\u0000\u2028é");

    assertThat(text)
        .hasToString(
            "# HELP lag a \\\\ and\\na new line\n# TYPE lag gauge\n"
                + "lag{client=\"\uFFFD\uFFFD\u2028é\","
                + "group=\"a\\\"} 99\\nlag{group=\\\"b\\\\\"} 1\n");
  }

  @Test
  void writesEveryNumberSoThatItCanBeRead() {
    PrometheusText text = new PrometheusText();

    text.gauge("n", "")
        .sample(1e15, "v", "a")
        .sample(-7, "v", "b")
        .sample(1e-9, "v", "c")
        .sample(Double.POSITIVE_INFINITY, "v", "d")
        .sample(Double.NEGATIVE_INFINITY, "v", "e");

    assertThat(text.toString().lines().skip(1))
        .containsExactly(
            "n{v=\"a\"} 1.0E15",
            "n{v=\"b\"} -7",
            "n{v=\"c\"} 1.0E-9",
            "n{v=\"d\"} +Inf",
            "n{v=\"e\"} -Inf");
  }

  @Test
  void refusesNamesThatAreNone() {
    PrometheusText text = new PrometheusText();
    text.counter("n", "").sample(1);

    assertThatThrownBy(() -> text.gauge("n", "")).hasMessage("n is a counter, not a gauge");
    assertThatThrownBy(() -> text.gauge("a b", "").sample(1)).hasMessageContaining("not 'a b'");
    assertThatThrownBy(() -> text.counter("n", "").sample(1, "a-b", "c"))
        .hasMessageContaining("not 'a-b'");
  }
}
