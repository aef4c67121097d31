package io.pairstream.operations.metrics;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Route;
import io.pairstream.service.report.PrometheusText;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** {@code GET /metrics}: all that the parts of the service tell, for whoever may look. */
public final class MetricsRoute {

  private MetricsRoute() {}

  /**
   * The route.
   *
   * @param sources add what they know, in the order of the text; quick, and for any thread
   */
  public static Route of(List<Consumer<PrometheusText>> sources) {
    List<Consumer<PrometheusText>> all = List.copyOf(sources);
    return Route.get(
        "/metrics",
        Access.VIEW,
        (request, body) -> {
          PrometheusText text = new PrometheusText();
          all.forEach(source -> source.accept(text));
          return CompletableFuture.completedFuture(
              Answer.of(200, PrometheusText.MEDIA_TYPE, text.bytes()));
        });
  }
}
