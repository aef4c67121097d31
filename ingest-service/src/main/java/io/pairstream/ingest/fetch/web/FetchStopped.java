package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.service.http.RetryAfter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A fetch ends here without an image: it failed, with its words, or is postponed. */
final class FetchStopped extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient FetchResult result;

  FetchStopped(FetchResult result) {
    super(result.toString(), null, false, false);
    this.result = result;
  }

  /** A failure that a retry will not change. */
  static FetchStopped lasting(RejectReason reason, String detail) {
    return lasting(reason, detail, Measured.NONE);
  }

  static FetchStopped lasting(RejectReason reason, String detail, Measured measured) {
    return new FetchStopped(new FetchResult.Failed(reason, detail, measured, false, Duration.ZERO));
  }

  /** A failure that a retry may change. */
  static FetchStopped passing(RejectReason reason, String detail) {
    return passing(reason, detail, Measured.NONE, Duration.ZERO);
  }

  private static FetchStopped passing(
      RejectReason reason, String detail, Measured measured, Duration wait) {
    return new FetchStopped(new FetchResult.Failed(reason, detail, measured, true, wait));
  }

  static FetchStopped tooLong(String host, Duration limit) {
    return passing(
        RejectReason.FETCH_TIMEOUT,
        host + " did not send everything in time",
        Measured.atMost("fetch_s", limit.toMillis() / 1e3, limit.toMillis() / 1e3, "s"),
        Duration.ZERO);
  }

  /** A connection that came to nothing, or broke. */
  static FetchStopped of(String host, IOException cause) {
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
    if (cause instanceof ProtocolException) {
      return passing(RejectReason.FETCH_CONNECTION, host + " does not answer in HTTP");
    }
    return passing(RejectReason.FETCH_CONNECTION, host + " broke the connection off");
  }

  private static FetchStopped tls(String host, IOException cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof CertificateException || t instanceof SSLPeerUnverifiedException) {
        return lasting(
            RejectReason.FETCH_TLS, host + " shows a certificate that is not valid for it");
      }
    }
    return passing(RejectReason.FETCH_TLS, host + ": no encrypted connection came about");
  }

  /** An answer other than 200 that is no redirect. */
  static FetchStopped status(HostAnswer answer, Instant now) {
    int status = answer.status();
    Measured code = Measured.text(String.valueOf(status), "200");
    String answers = answer.host() + " answers " + status;
    Duration wait = RetryAfter.read(answer.header("Retry-After"), now);
    if (status == 429 || (status == 503 && !wait.isZero())) {
      return passing(
          RejectReason.FETCH_THROTTLED, answers + ": it wants fewer requests", code, wait);
    }
    if (status >= 500) {
      return passing(RejectReason.FETCH_SERVER_ERROR, answers + ": a fault of its", code, wait);
    }
    return switch (status) {
      case 408 -> passing(RejectReason.FETCH_TIMEOUT, answers + ": it waited too long", code, wait);
      case 404 -> lasting(RejectReason.FETCH_NOT_FOUND, answers + ": no such image", code);
      case 410 -> lasting(RejectReason.FETCH_GONE, answers + ": removed for good", code);
      case 401, 402, 403, 407, 451 ->
          lasting(RejectReason.FETCH_FORBIDDEN, answers + ": not for us", code);
      default -> lasting(RejectReason.FETCH_STATUS, answers + ", not 200", code);
    };
  }

  FetchResult result() {
    return result;
  }

  /** A failed future with this exception. */
  <T> CompletableFuture<T> future() {
    return CompletableFuture.failedFuture(this);
  }

  /** Result carried by a failed stage; empty for any other exception. */
  static Optional<FetchResult> resultOf(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    return cause instanceof FetchStopped stopped ? Optional.of(stopped.result) : Optional.empty();
  }
}
