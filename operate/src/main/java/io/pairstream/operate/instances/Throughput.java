package io.pairstream.operate.instances;

import io.pairstream.operate.lag.Arrivals;
import io.pairstream.schemas.Canaries;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.report.Series;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * Records per second, each the mean of the last minute; NaN where that is not known.
 *
 * @param instances processes, whose counters are preferred to where topics end: ends count
 *     transactions too
 */
public record Throughput(List<Instance> instances, Arrivals arrivals, Instant now) {

  /** Records that come to a topic. */
  public double arriving(String topic) {
    return arrivals.perSecond(topic, now);
  }

  /** Pairs that come to the topic of scraped ones. */
  public double scraped(PairTopics topics) {
    double fetched = rate("fetch", counter -> counter.name().equals("links_fetched_total"));
    return Double.isNaN(fetched) ? arriving(topics.scraped().name()) : fetched;
  }

  /** Pairs that get a status, without canaries. */
  public double decided(PairStatus status) {
    return rate(
        "preprocess",
        counter ->
            counter.name().equals("decided_total")
                && status.name().equals(counter.labels().get("status"))
                && !Canaries.SOURCE.equals(counter.labels().get("source")));
  }

  /** Growth of some counters, over all processes of a service that speak; NaN where none does. */
  private double rate(String service, Predicate<Series> counters) {
    return instances.stream()
        .filter(each -> each.service().equals(service) && !each.silent())
        .filter(each -> !each.minuteRates().isEmpty())
        .mapToDouble(
            each ->
                each.minuteRates().entrySet().stream()
                    .filter(rate -> counters.test(rate.getKey()))
                    .mapToDouble(rate -> rate.getValue())
                    .sum())
        .reduce((a, b) -> a + b)
        .orElse(Double.NaN);
  }
}
