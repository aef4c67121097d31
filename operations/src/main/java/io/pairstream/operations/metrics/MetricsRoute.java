package io.pairstream.operations.metrics;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Route;
import io.pairstream.service.report.PrometheusText;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code GET /metrics}: all that the parts of the service tell, for whoever may look. */
public final class MetricsRoute {

  private MetricsRoute() {}

  /**
   * The route.
   *
   * @param sources in the order of the text
   */
  public static Route of(List<MetricsSource> sources) {
    List<MetricsSource> all = List.copyOf(sources);
    return Route.get(
        "/metrics",
        Access.VIEW,
        (request, body) -> {
          PrometheusText text = new PrometheusText();
          all.forEach(source -> source.write(text));
          return CompletableFuture.completedFuture(
              Answer.of(200, PrometheusText.MEDIA_TYPE, text.bytes()));
        });
  }
}
