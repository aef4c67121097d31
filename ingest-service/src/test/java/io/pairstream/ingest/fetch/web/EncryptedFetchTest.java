package io.pairstream.ingest.fetch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.FetchSettings.Limits;
import io.pairstream.ingest.publish.Pictures;
import io.pairstream.testing.TestCertificate;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS, with a certificate for images.example. Every name leads to 127.0.0.1. */
class EncryptedFetchTest {

  private static final char[] PASSWORD = "password".toCharArray();
  private static final byte[] PNG = Pictures.png(16, 16, 1);
  private static final FetchSettings SETTINGS =
      Fetching.from(Fetching.hasty(false), Fetching.PATIENT, "127.0.0.0/8");

  @TempDir private static Path folder;
  private static KeyStore keys;
  private static Site site;

  @BeforeAll
  static void open() throws Exception {
    TestCertificate.make(folder, "EC", "images.example", "-ext", "san=dns:images.example");
    keys = KeyStore.getInstance(folder.resolve("images.example.p12").toFile(), PASSWORD);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext server = SSLContext.getInstance("TLS");
    server.init(managers.getKeyManagers(), null, null);
    SSLServerSocket socket =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    site = new Site(socket);
    site.answer("/a.png", "200 OK", "", PNG);
  }

  @AfterAll
  static void close() {
    site.close();
  }

  @Test
  void takesACertificateOfTheHost() throws Exception {
    FetchResult.Fetched fetched =
        WebFetcherTest.fetched(fetch("images.example", "/a.png", trusting()));

    assertThat(fetched.image().bytes()).isEqualTo(PNG);
  }

  @Test
  void refusesACertificateForAnotherName() throws Exception {
    FetchResult.Failed failed = WebFetcherTest.failed(fetch("other.example", "/a.png", trusting()));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_TLS);
    assertThat(failed.retryable()).isFalse();
    assertThat(failed.detail()).contains("other.example");
  }

  @Test
  void refusesAnUntrustedCertificate() {
    FetchResult.Failed failed =
        WebFetcherTest.failed(fetch("images.example", "/a.png", new OkHttpClient()));

    assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_TLS);
    assertThat(failed.retryable()).isFalse();
  }

  @Test
  void doesNotFollowFromHttpsToHttp() throws Exception {
    try (Site plain = Site.open()) {
      plain.answer("/a.png", "200 OK", "", PNG);
      site.answer(
          "/down.png", "302 Found", "Location: " + plain.url("/a.png") + "\r\n", new byte[0]);

      FetchResult.Failed failed =
          WebFetcherTest.failed(fetch("images.example", "/down.png", trusting()));

      assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_REDIRECT);
      assertThat(failed.detail()).contains("from https to http");
      assertThat(plain.connections()).isZero();
    }
  }

  @Test
  void anUnansweredHandshakeTakesNoLongerThanTheFetch() throws Exception {
    FetchSettings hurried =
        Fetching.from(
            Fetching.hasty(false),
            new Limits(1 << 20, Duration.ofSeconds(3), Duration.ofSeconds(3), 3),
            "127.0.0.0/8");
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      FetchResult.Failed failed =
          WebFetcherTest.failed(
              fetch(hurried, "images.example:" + silent.getLocalPort() + "/a.png", trusting()));

      assertThat(failed.reason()).isEqualTo(RejectReason.FETCH_TIMEOUT);
      assertThat(failed.measured().limitInWords()).isEqualTo("3 s");
    }
  }

  private static OkHttpClient trusting() throws Exception {
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("host", keys.getCertificate("key"));
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return new OkHttpClient.Builder()
        .sslSocketFactory(
            context.getSocketFactory(), (X509TrustManager) managers.getTrustManagers()[0])
        .build();
  }

  private static FetchResult fetch(String host, String path, OkHttpClient client) {
    return fetch(SETTINGS, host + ":" + site.port() + path, client);
  }

  private static FetchResult fetch(FetchSettings settings, String address, OkHttpClient client) {
    HostResolver here =
        new HostResolver(name -> new InetAddress[] {InetAddress.getLoopbackAddress()});
    try (WebFetcher fetcher =
        new HttpWebFetcher(settings, Clock.systemUTC(), Timers.ofSystem(), here, client)) {
      return WebFetcherTest.await(fetcher.fetch("https://" + address, ""));
    }
  }
}
