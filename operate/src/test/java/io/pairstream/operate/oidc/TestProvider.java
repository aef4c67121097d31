package io.pairstream.operate.oidc;

import static org.springframework.security.config.Customizer.withDefaults;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.pairstream.service.http.Scope;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.config.annotation.web.configurers.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Spring's authorization server: a provider that insists on PKCE. People log in by a form with the
 * password {@code password}; {@code ann} is a curator, {@code bob} a guest, {@code eve} nothing
 * that is known here.
 */
public final class TestProvider implements AutoCloseable {

  public static final String SECRET = "a secret";
  private static final String CLIENT = "pairstream";

  private final ConfigurableApplicationContext server;

  public TestProvider() {
    System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
    server =
        new SpringApplicationBuilder(Server.class)
            .properties("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off")
            .run();
  }

  public URI issuer() {
    return URI.create(
        "http://127.0.0.1:" + server.getEnvironment().getProperty("local.server.port"));
  }

  /** Lets a service have codes sent to its callback. */
  public void admit(String callback) {
    server.getBean(InMemoryRegisteredClientRepository.class).save(Server.client(callback));
  }

  /** Settings of a service that is its client. */
  public OidcSettings settings(String secret) {
    return new OidcSettings(
        issuer(),
        CLIENT,
        secret,
        "realm_access.roles",
        Map.of("curators", Scope.REVIEW, "guests", Scope.VIEW),
        null,
        List.of());
  }

  /** Body of what it sends once it has logged a person out. */
  public String loggedOut(String person) {
    Instant now = Clock.systemUTC().instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer().toString())
            .audience(CLIENT)
            .subject(person)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(120)))
            .jwtID(UUID.randomUUID().toString())
            .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
            .build();
    try {
      JWKSource<?> keys = server.getBean(JWKSource.class);
      JWKSelector any = new JWKSelector(new JWKMatcher.Builder().build());
      RSAKey key = keys.get(any, null).get(0).toRSAKey();
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
      token.sign(new RSASSASigner(key));
      return "logout_token=" + token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
  }

  /** Configuration of the provider. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Server {

    static RegisteredClient client(String callback) {
      return RegisteredClient.withId("1")
          .clientId(CLIENT)
          .clientSecret("{noop}" + SECRET)
          .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
          .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
          .redirectUri(callback)
          .scope("openid")
          .clientSettings(ClientSettings.builder().requireProofKey(true).build())
          .build();
    }

    @Bean
    InMemoryRegisteredClientRepository clients() {
      return new InMemoryRegisteredClientRepository(client("http://127.0.0.1/none"));
    }

    @Bean
    @Order(1)
    SecurityFilterChain protocol(HttpSecurity http) throws Exception {
      OAuth2AuthorizationServerConfigurer protocol =
          OAuth2AuthorizationServerConfigurer.authorizationServer();
      return http.securityMatcher(protocol.getEndpointsMatcher())
          .with(protocol, server -> server.oidc(withDefaults()))
          .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain login(HttpSecurity http) throws Exception {
      return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
          .csrf(csrf -> csrf.disable())
          .formLogin(withDefaults())
          .build();
    }

    @Bean
    UserDetailsService people() {
      return new InMemoryUserDetailsManager(
          User.withUsername("ann").password("{noop}password").authorities("curators").build(),
          User.withUsername("bob").password("{noop}password").authorities("guests").build(),
          User.withUsername("eve").password("{noop}password").authorities("others").build());
    }

    @Bean
    OAuth2TokenCustomizer<JwtEncodingContext> roles() {
      return token -> {
        List<String> roles =
            token.getPrincipal().getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .toList();
        token
            .getClaims()
            .claim("preferred_username", token.getPrincipal().getName() + "@example.org")
            .claim("realm_access", Map.of("roles", roles));
      };
    }
  }
}
