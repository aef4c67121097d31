package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;

/** The ways in which a fetch fails, each with its words and whether it may pass by itself. */
final class Failures {

  private Failures() {}

  /** It will be no better another time. */
  static FetchResult.Failed lasting(RejectReason reason, String detail) {
    return lasting(reason, detail, "", "");
  }

  static FetchResult.Failed lasting(
      RejectReason reason, String detail, String measured, String limit) {
    return new FetchResult.Failed(reason, detail, measured, limit, false, Duration.ZERO);
  }

  /** It may be better another time. */
  static FetchResult.Failed passing(RejectReason reason, String detail) {
    return passing(reason, detail, "", "");
  }

  static FetchResult.Failed passing(
      RejectReason reason, String detail, String measured, String limit) {
    return new FetchResult.Failed(reason, detail, measured, limit, true, Duration.ZERO);
  }

  static FetchResult.Failed tooLong(String host, String what, Duration limit) {
    return passing(
        RejectReason.FETCH_TIMEOUT,
        "%s: %s took longer than %s".formatted(host, what, seconds(limit)),
        "",
        seconds(limit));
  }

  /** A connection that came to nothing, or broke. */
  static FetchResult.Failed of(String host, Exception cause) {
    if (cause instanceof SSLException) {
      return tls(host, cause);
    }
    if (cause instanceof SocketTimeoutException) {
      return passing(RejectReason.FETCH_TIMEOUT, host + ": nothing came for too long");
    }
    if (cause instanceof ConnectException) {
      return passing(RejectReason.FETCH_CONNECTION, host + " takes no connection");
    }
    if (cause instanceof NoRouteToHostException) {
      return passing(RejectReason.FETCH_CONNECTION, "no way leads to " + host);
    }
    if (cause instanceof MessageConstraintException) {
      return lasting(
          RejectReason.FETCH_CONNECTION,
          host + " answers with headers that are too long, or without an end");
    }
    if (cause instanceof HttpException) {
      return passing(RejectReason.FETCH_CONNECTION, host + " does not answer in HTTP");
    }
    return passing(RejectReason.FETCH_CONNECTION, host + " broke the connection off");
  }

  private static FetchResult.Failed tls(String host, Exception cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof CertificateException) {
        return lasting(
            RejectReason.FETCH_TLS, host + " shows a certificate that is not valid for it");
      }
    }
    return passing(RejectReason.FETCH_TLS, host + ": no encrypted connection came about");
  }

  /** An answer other than 200 that is no redirect. */
  static FetchResult.Failed status(String host, Head head, Instant now) {
    int status = head.status();
    String code = String.valueOf(status);
    String answers = host + " answers " + code;
    Duration wait = RetryAfter.read(head.first("Retry-After"), now);
    if (status == 429 || (status == 503 && !wait.isZero())) {
      return passing(
              RejectReason.FETCH_THROTTLED, answers + ": it wants fewer requests", code, "200")
          .after(wait);
    }
    if (status == 408) {
      return passing(RejectReason.FETCH_TIMEOUT, answers + ": it waited too long", code, "200");
    }
    if (status >= 500) {
      return passing(RejectReason.FETCH_SERVER_ERROR, answers + ": a fault of its", code, "200");
    }
    return switch (status) {
      case 404 -> lasting(RejectReason.FETCH_NOT_FOUND, answers + ": no such image", code, "200");
      case 410 -> lasting(RejectReason.FETCH_GONE, answers + ": removed for good", code, "200");
      case 401, 402, 403, 407, 451 ->
          lasting(RejectReason.FETCH_FORBIDDEN, answers + ": not for us", code, "200");
      default -> lasting(RejectReason.FETCH_STATUS, answers + ", not 200", code, "200");
    };
  }

  static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  /** A connection that was closed before anything came, as an exception. */
  static IOException closed() {
    return new IOException("the connection is closed");
  }
}
