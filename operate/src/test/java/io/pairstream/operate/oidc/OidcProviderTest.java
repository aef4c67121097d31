package io.pairstream.operate.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.service.http.PemCertificate;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Scope;
import io.pairstream.testing.TestCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Serves a provider's metadata, keys and one ID token, whatever the code. */
  private URI serveTokens(Consumer<JWTClaimsSet.Builder> change) throws Exception {
    server = HttpServer.create(ANY_PORT, 0);
    String base = "http://localhost:" + server.getAddress().getPort();
    RSAKey key = new RSAKeyGenerator(2048).keyID("1").generate();
    Instant now = Clock.systemUTC().instant();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(base)
            .audience("pairstream")
            .subject("ann")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(600)))
            .claim("nonce", attempt.nonce().getValue())
            .claim("roles", "all");
    change.accept(claims);
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("1").build(), claims.build());
    token.sign(new RSASSASigner(key));
    answer("/keys", new JWKSet(key.toPublicJWK()).toString());
    answer(
        "/tokens",
        "{\"access_token\": \"a\", \"token_type\": \"Bearer\", \"id_token\": \"%s\"}"
            .formatted(token.serialize()));
    return serve("http", base + "/tokens", base + "/keys");
  }

  private void answer(String path, String body) {
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body.getBytes(UTF_8));
          }
        });
  }

  private Principal person(URI issuer) throws LoginRefusedException {
    return provider(issuer, List.of()).person(attempt, "code", "");
  }

  @Test
  void aTokenForThisClientAloneIsTaken() throws Exception {
    assertThat(person(serveTokens(claims -> claims.claim("azp", "pairstream"))).keyId())
        .isEqualTo("oidc:ann");
  }

  @Test
  void aTokenThatAnotherClientMayHaveIsRefused() throws Exception {
    URI issuer = serveTokens(claims -> claims.audience(List.of("pairstream", "other")));
    assertThatThrownBy(() -> person(issuer))
        .isInstanceOf(LoginRefusedException.class)
        .hasMessageContaining("must be for pairstream alone");
    server.stop(0);

    URI another = serveTokens(claims -> claims.claim("azp", "other"));
    assertThatThrownBy(() -> person(another))
        .isInstanceOf(LoginRefusedException.class)
        .hasMessageContaining("authorized party other");
  }

  @Test
  void charactersThatDoNotPrintAreNoPartOfAName() throws Exception {
    String name = "a\u202Enn\u2066 \u200B\u2028\uFEFF\u0007";

    assertThat(person(serveTokens(claims -> claims.claim("preferred_username", name))).producer())
        .isEqualTo("ann");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.well-known/openid-configuration", "/tokens", "/keys"})
  void anAnswerWithoutEndIsNotRead(String path) throws Exception {
    URI issuer = serveTokens(claims -> {});
    server.removeContext(path);
    answer(path, "{\"a\": \"" + "x".repeat(300_000) + "\"}");

    assertThatThrownBy(() -> person(issuer))
        .isInstanceOf(LoginRefusedException.class)
        .hasStackTraceContaining("its answer has more than 262144 bytes");
  }

  private static OidcProvider provider(URI issuer, List<Certificate> authorities) {
    return new OidcProvider(
        new OidcSettings(
            issuer, "pairstream", "secret", "roles", Map.of("all", Scope.VIEW), null, authorities));
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
        .hasMessageContainingAll("it names http://login.example.org/", "which is no https address");
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
          .hasMessageContainingAll("does not answer as a provider", "PKIX");
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
