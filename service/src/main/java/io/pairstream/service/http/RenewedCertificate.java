package io.pairstream.service.http;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS, with a certificate whose files are read again when they change. New
 * connections see the new one; one that cannot be read or has expired is reported, and the old one
 * stays. One that has expired at the start is reported, and shown.
 */
final class RenewedCertificate implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RenewedCertificate.class);

  private final PemCertificate files;
  private final SslContextFactory.Server tls = new SslContextFactory.Server();
  private final ScheduledExecutorService looks = Threads.scheduler("http-certificate");
  private byte[] known;

  /**
   * @param pause between two looks at the files
   * @throws IllegalArgumentException where they hold no certificate with its key
   */
  RenewedCertificate(PemCertificate files, Duration pause) {
    this.files = files;
    tls.setKeyStorePassword("");
    try {
      known = files.bytes();
      KeyStore first = files.load();
      tls.setKeyStore(first);
      PemCertificate.expiry(first).ifPresent(when -> LOG.warn("{} {}", files.chain(), when));
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    Threads.repeat(looks, pause, this::look);
  }

  SslContextFactory.Server tls() {
    return tls;
  }

  @Override
  public void close() {
    looks.shutdownNow();
  }

  /** Takes a renewed certificate, if there is one. */
  void look() {
    try {
      byte[] now = files.bytes();
      if (Arrays.equals(now, known)) {
        return;
      }
      // One of the two may be there before the other: what does not fit yet is reported once.
      known = now;
      KeyStore renewed = files.load();
      Optional<String> expired = PemCertificate.expiry(renewed);
      if (expired.isPresent()) {
        throw new IOException(files.chain() + " " + expired.get());
      }
      tls.reload(factory -> factory.setKeyStore(renewed));
      LOG.info("the certificate in {} is renewed", files.chain());
    } catch (Exception e) {
      LOG.warn("the certificate stays as it is: {}", e.getMessage());
    }
  }
}
