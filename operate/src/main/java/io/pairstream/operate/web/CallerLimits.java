package io.pairstream.operate.web;

import io.pairstream.service.http.Quota;
import io.pairstream.service.http.ReadLimit;
import io.pairstream.service.http.ReadLimit.Allowed;
import io.pairstream.service.http.Route;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Limits on each caller's requests to the operators' service.
 *
 * <p>Kinds differ by what they wait for, so that no kind keeps another waiting: pictures for image
 * workers, records for the broker, and all the rest for the processor. Of none a single caller
 * takes all that there is. The numbers are far above what the page asks for in ten tabs: a proxy
 * that speaks HTTP/2 passes on about a hundred requests of a browser at once.
 */
final class CallerLimits implements Quota {

  static final Allowed PICTURES = new Allowed(2, 1_000, 200, 4_000);
  static final Allowed RECORDS = new Allowed(2, 100, 20, 400);
  static final Allowed ANSWERS = new Allowed(3, 300, 50, 1_000);

  private static final String OF_PICTURES = "/v1/pictures/";
  private static final String OF_RECORDS = "/v1/pairs/{id}";

  private final ReadLimit pictures;
  private final ReadLimit records;
  private final ReadLimit answers;

  /**
   * @param nanos the time, as {@link System#nanoTime} tells it
   */
  CallerLimits(LongSupplier nanos) {
    pictures = new ReadLimit("pictures", PICTURES, nanos);
    records = new ReadLimit("cards", RECORDS, nanos);
    answers = new ReadLimit("answers", ANSWERS, nanos);
  }

  @Override
  public Optional<ReadLimit> reads(Route route) {
    if (route.template().startsWith(OF_PICTURES)) {
      return Optional.of(pictures);
    }
    return Optional.of(route.template().equals(OF_RECORDS) ? records : answers);
  }
}
