package io.pairstream.service.http;

import io.pairstream.schemas.Threads;
import java.io.IOException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS, with a certificate whose files are read again when they change. New
 * connections see the new one; one that cannot be read is reported, and the old one stays.
 */
final class RenewedCertificate implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RenewedCertificate.class);

  private final PemCertificate files;
  private final SslContextFactory.Server tls = new SslContextFactory.Server();
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("http-certificate"));
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
      tls.setKeyStore(files.load());
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

  private void look() {
    try {
      byte[] now = files.bytes();
      if (Arrays.equals(now, known)) {
        return;
      }
      // One of the two may be there before the other: what does not fit yet is reported once.
      known = now;
      KeyStore renewed = files.load();
      tls.reload(factory -> factory.setKeyStore(renewed));
      LOG.info("the certificate in {} is renewed", files.chain());
    } catch (Exception e) {
      LOG.warn("the certificate stays as it is: {}", e.getMessage());
    }
  }
}
