package io.pairstream.operate.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.service.http.PemCertificate;
import io.pairstream.service.http.Scope;
import io.pairstream.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trust in a provider: its certificate, and the endpoints that it names. */
class OidcProviderTest {

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Attempt attempt =
      new LoginAttempts(Clock.systemUTC())
          .begin(URI.create("https://pairs.test/v1/login/callback"));

  @TempDir Path folder;

  private HttpServer server;

  @AfterEach
  void close() {
    server.stop(0);
  }

  /** Serves the metadata of a provider with these endpoints; returns the issuer. */
  private URI serve(String scheme, String tokens, String keys) {
    URI issuer = URI.create(scheme + "://localhost:" + server.getAddress().getPort());
    String metadata =
        """
        {"issuer": "%1$s", "authorization_endpoint": "%1$s/login", "token_endpoint": "%2$s",
         "jwks_uri": "%3$s", "response_types_supported": ["code"],
         "subject_types_supported": ["public"],
         "id_token_signing_alg_values_supported": ["RS256"]}
        """
            .formatted(issuer, tokens, keys);
    server.createContext(
        "/.well-known/openid-configuration",
        exchange -> {
          byte[] body = metadata.getBytes(UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return issuer;
  }

  private static OidcProvider provider(URI issuer, List<Certificate> authorities) {
    return new OidcProvider(
        new OidcSettings(
            issuer, "pairstream", "secret", "roles", Map.of("all", Scope.VIEW), authorities));
  }

  @ParameterizedTest
  @CsvSource({
    "http://login.example.org/tokens, https://login.example.org/keys",
    "https://login.example.org/tokens, http://login.example.org/keys"
  })
  void secretsAndKeysTravelByHttpsAlone(String tokens, String keys) throws IOException {
    server = HttpServer.create(ANY_PORT, 0);
    URI issuer = serve("http", tokens, keys);

    assertThatThrownBy(() -> provider(issuer, List.of()).page(attempt))
        .isInstanceOf(LoginRefusedException.class)
        .hasMessageContaining("it names http://login.example.org/")
        .hasMessageContaining("which is no https address");
  }

  @Test
  void aProvidersCertificateIsOfTheAuthoritiesThatAreNamed() throws Exception {
    TestCertificate own = TestCertificate.make(folder, "EC", "login");
    TestCertificate other = TestCertificate.make(folder, "EC", "other");
    server = https(own);
    URI issuer = serve("https", "https://localhost/tokens", "https://localhost/keys");

    assertThat(provider(issuer, authorities(other.chainPem() + own.chainPem())).page(attempt))
        .asString()
        .startsWith(issuer + "/login?");
    for (List<Certificate> others : List.of(authorities(other.chainPem()), noAuthorities())) {
      assertThatThrownBy(() -> provider(issuer, others).page(attempt))
          .isInstanceOf(LoginRefusedException.class)
          .hasMessageContaining("does not answer as a provider")
          .hasMessageContaining("PKIX");
    }
  }

  private static List<Certificate> noAuthorities() {
    return List.of();
  }

  private List<Certificate> authorities(String pem) throws IOException {
    return PemCertificate.certificates(Files.writeString(folder.resolve("ca.crt"), pem));
  }

  private HttpServer https(TestCertificate certificate) throws Exception {
    PemCertificate pem =
        new PemCertificate(
            Files.writeString(folder.resolve("tls.crt"), certificate.chainPem()),
            Files.writeString(folder.resolve("tls.key"), certificate.keyPem()));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(pem.load(), new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    HttpsServer https = HttpsServer.create(ANY_PORT, 0);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    return https;
  }
}
