package io.pairstream.service.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.testing.Await;
import io.pairstream.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that speaks https, with real certificates in files. */
class EncryptedServerTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir static Path made;

  private static TestCertificate first;
  private static TestCertificate second;

  @TempDir Path folder;

  private final CountDownLatch entered = new CountDownLatch(1);
  private final CompletableFuture<Answer> later = new CompletableFuture<>();
  private PemCertificate files;
  private WebServer server;

  @BeforeAll
  static void makeCertificates() throws Exception {
    first = TestCertificate.make(made, "EC", "first");
    second = TestCertificate.make(made, "RSA", "second");
  }

  @BeforeEach
  void write() throws Exception {
    files = new PemCertificate(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    Files.writeString(files.chain(), first.chainPem());
    Files.writeString(files.key(), first.keyPem());
  }

  @AfterEach
  void stop() {
    later.complete(Answer.json(200, Json.MAPPER.createObjectNode()));
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"EC, first", "RSA, second", "Ed25519, third"})
  void answersByHttpsAlone(String algorithm, String name) throws Exception {
    TestCertificate own = TestCertificate.make(made, algorithm, name);
    Files.writeString(files.chain(), own.chainPem());
    Files.writeString(files.key(), "Bag Attributes: none\n" + own.keyPem());
    start(LONG);

    try (SSLSocket socket = connect(own)) {
      assertThat(answer(socket, "/quick", "localhost", 15)).startsWith("HTTP/1.1 200 OK");
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
    }
    try (RawClient plain = new RawClient(server.port())) {
      plain.send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(plain.readHead()).doesNotContain("HTTP/1.1 200");
    }
  }

  @Test
  void showsARenewedCertificateAndKeepsTheOldOneUntilItIsWhole() throws Exception {
    start(LONG);
    Files.writeString(files.chain(), second.chainPem());
    assertThat(shown()).isEqualTo(first.certificate());

    Files.writeString(files.key(), second.keyPem());

    Await.until("the second certificate is shown", () -> shown().equals(second.certificate()));
  }

  @Test
  void keepsItsCertificateWhereTheRenewedOneHasExpired() throws Exception {
    TestCertificate expired =
        TestCertificate.make(made, "EC", "past", "-startdate", "-10d", "-validity", "1");
    try (RenewedCertificate renewed = new RenewedCertificate(files, LONG)) {
      renewed.tls().start();
      KeyStore before = renewed.tls().getKeyStore();

      Files.writeString(files.chain(), expired.chainPem());
      Files.writeString(files.key(), expired.keyPem());
      renewed.look();
      assertThat(renewed.tls().getKeyStore()).isSameAs(before);

      Files.writeString(files.chain(), second.chainPem());
      Files.writeString(files.key(), second.keyPem());
      renewed.look();
      assertThat(renewed.tls().getKeyStore().getCertificate(PemCertificate.ALIAS))
          .isEqualTo(second.certificate());
    }
  }

  @Test
  void browsersComeBackByHttpsAloneWhereOthersReachTheService() throws Exception {
    start("0.0.0.0", LONG);
    try (SSLSocket socket = connect(first)) {
      assertThat(answer(socket, "/quick", "localhost", 600))
          .contains("Strict-Transport-Security: max-age=2592000");
    }
    assertThat(server.url())
        .isEqualTo("https://%s:%d", InetAddress.getLocalHost().getHostAddress(), server.port());
    server.close();

    start(LONG);
    try (SSLSocket socket = connect(first)) {
      assertThat(answer(socket, "/quick", "localhost", 600)).doesNotContain("Strict-Transport");
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, pictures-ingest", "127.0.0.1, 10.2.0.7", "0.0.0.0, 10.2.0.7"})
  void answersByWhateverNameOrAddressItIsAsked(String listens, String host) throws Exception {
    start(listens, LONG);

    try (SSLSocket socket = connect(first)) {
      assertThat(answer(socket, "/quick", host, 15)).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void closesAHandshakeThatDripsAndNoRequestThatIsUnderWay() throws Exception {
    start(Duration.ofMillis(500));
    CompletableFuture<String> working = underWay();
    try (RawClient dripping = new RawClient(server.port())) {
      dripping.send(new byte[] {22, 3, 1, 2, 0, 1});

      assertThat(dripping.isClosedByServer()).isTrue();
    }
    later.complete(Answer.json(200, Json.MAPPER.createObjectNode().put("says", "late")));
    assertThat(working.get()).startsWith("HTTP/1.1 200 OK");
  }

  /** The answer to a request whose head came in time, which it may not on a busy machine. */
  private CompletableFuture<String> underWay() {
    AtomicReference<CompletableFuture<String>> last = new AtomicReference<>(ask());
    Await.until(
        "a head comes in time",
        () -> {
          boolean isEntered = entered.getCount() == 0;
          if (!isEntered && last.get().isDone()) {
            last.set(ask());
          }
          return isEntered;
        },
        () -> last.get().toString());
    return last.get();
  }

  private CompletableFuture<String> ask() {
    return CompletableFuture.supplyAsync(
        () -> {
          try (SSLSocket socket = connect(first)) {
            return answer(socket, "/slow", "localhost", 15);
          } catch (IOException | GeneralSecurityException e) {
            throw new CompletionException(e);
          }
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tls.crt | gone    | no such file
          tls.key | gone    | no such file
          tls.crt | words   | holds no certificates as PEM text
          tls.key | words   | holds no private key as PEM text in PKCS #8 without a password; to make one: openssl pkcs8
          tls.key | older   | holds no private key as PEM text in PKCS #8
          tls.key | another | holds no EC key, as the certificate in
          tls.key | foreign | is not the key of the certificate in
          """)
  void saysWhatIsWrongWithItsFiles(String file, String what, String words) throws Exception {
    Path path = folder.resolve(file);
    switch (what) {
      case "gone" -> Files.delete(path);
      case "words" -> Files.writeString(path, "certificate\n");
      case "older" -> Files.writeString(path, first.keyPem().replace("PRIVATE", "EC PRIVATE"));
      case "another" -> Files.writeString(path, second.keyPem());
      default -> Files.writeString(path, TestCertificate.make(made, "EC", "foreign").keyPem());
    }

    assertThatThrownBy(files::load)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(path.toString(), words);
  }

  private void start(Duration head) throws IOException {
    start("127.0.0.1", head);
  }

  private void start(String host, Duration head) throws IOException {
    server =
        new WebServer(
            new ServerSettings(host, 0, 1_000_000, 4, LONG, head, LONG, 1, LONG, files),
            new Router(
                List.of(
                    Route.quick(
                        "/quick",
                        Access.OPEN,
                        request -> Answer.json(200, Json.MAPPER.createObjectNode())),
                    Route.get(
                        "/slow",
                        Access.READ,
                        (request, body) -> {
                          entered.countDown();
                          return later;
                        }))),
            Authenticator.ANONYMOUS,
            Quota.UNLIMITED,
            false);
    server.start();
  }

  private Certificate shown() {
    try (SSLSocket socket = connect(first, second)) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private SSLSocket connect(TestCertificate... trusted)
      throws IOException, GeneralSecurityException {
    return (SSLSocket)
        TestCertificate.trusting(trusted)
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), server.port());
  }

  /** First bytes of the answer after which the server closes the connection. */
  private static String answer(SSLSocket socket, String path, String host, int bytes)
      throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .getBytes(US_ASCII));
    return new String(socket.getInputStream().readNBytes(bytes), US_ASCII);
  }
}
