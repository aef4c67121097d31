package io.pairstream.operate.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.Subject;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.operate.sentence.Template;
import io.pairstream.service.http.Principal;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * An OpenID Connect provider, of which this service is a client. Its metadata is asked for when
 * somebody logs in first, so the provider may be away before. Waits for the provider; thread-safe.
 */
public final class OidcProvider {

  /** Beginning of a person's id, which is in place of a key's public part. */
  private static final String ID_PREFIX = "oidc:";

  private static final int TIMEOUT_MS = 5_000;
  private static final int MAX_KEYS_BYTES = 256 * 1024;
  private static final int MAX_NAME = 200;

  private final OidcSettings settings;
  private final ClientID clientId;
  private final SSLSocketFactory sockets;
  private volatile Found found;

  private record Found(
      OIDCProviderMetadata metadata, IDTokenValidator logins, LogoutTokenValidator logouts) {}

  public OidcProvider(OidcSettings settings) {
    this.settings = settings;
    this.clientId = new ClientID(settings.clientId());
    this.sockets = sockets(settings.authorities());
  }

  private static SSLSocketFactory sockets(List<Certificate> authorities) {
    if (authorities.isEmpty()) {
      return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      for (Certificate each : authorities) {
        trusted.setCertificateEntry("authority " + trusted.size(), each);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("Java keeps no certificates in memory", e);
    }
  }

  /** Whether it is a person who logged in at the provider, not the holder of a key. */
  public static boolean isPerson(Principal principal) {
    return principal.keyId().startsWith(ID_PREFIX);
  }

  /**
   * The provider's page for an attempt, to which the browser goes.
   *
   * @throws LoginRefusedException where the provider does not answer
   */
  public URI page(Attempt attempt) throws LoginRefusedException {
    OIDCProviderMetadata metadata = found().metadata();
    Scope asked = new Scope("openid", "profile", "email");
    if (metadata.getScopes() != null) {
      asked.retainAll(metadata.getScopes());
    }
    return new AuthenticationRequest.Builder(
            new ResponseType(ResponseType.Value.CODE), asked, clientId, attempt.callback())
        .endpointURI(metadata.getAuthorizationEndpointURI())
        .state(attempt.state())
        .nonce(attempt.nonce())
        .codeChallenge(attempt.verifier(), CodeChallengeMethod.S256)
        .build()
        .toURI();
  }

  /**
   * The person whom the provider names for a code.
   *
   * @param issuer who says to have issued the code; empty where that is not said, which a provider
   *     that announces to say it never does (RFC 9207)
   * @throws LoginRefusedException where the provider does not answer, or not as it should; where
   *     the person has no role here
   */
  public Principal person(Attempt attempt, String code, String issuer)
      throws LoginRefusedException {
    Found provider = found();
    boolean own =
        issuer.isEmpty()
            ? !provider.metadata().supportsAuthorizationResponseIssuerParam()
            : issuer.equals(settings.issuer().toString());
    if (!own) {
      throw new LoginRefusedException(Template.LOGIN_REFUSED, "another provider answers");
    }
    try {
      HTTPRequest request =
          new TokenRequest.Builder(
                  provider.metadata().getTokenEndpointURI(),
                  authentication(provider.metadata()),
                  new AuthorizationCodeGrant(
                      new AuthorizationCode(code), attempt.callback(), attempt.verifier()))
              .build()
              .toHTTPRequest();
      configure(request);
      TokenResponse response = OIDCTokenResponseParser.parse(request.send());
      if (!(response instanceof OIDCTokenResponse tokens)) {
        throw new LoginRefusedException(
            Template.LOGIN_REFUSED,
            "the provider refuses the code: "
                + response.toErrorResponse().getErrorObject().getCode());
      }
      return principal(
          provider.logins().validate(tokens.getOIDCTokens().getIDToken(), attempt.nonce()));
    } catch (IOException | JOSEException e) {
      throw away(e);
    } catch (ParseException | BadJOSEException | IllegalArgumentException e) {
      throw new LoginRefusedException(
          Template.LOGIN_REFUSED, "the provider's answer is not valid: " + e.getMessage(), e);
    }
  }

  /**
   * The id of the person who is logged out, as in place of a key's public part.
   *
   * @param form body of the provider's request, with its token (OpenID Connect Back-Channel Logout
   *     1.0)
   * @throws LoginRefusedException where it is not the provider's or names no person; where the
   *     provider's keys are not known and it does not answer
   */
  public String loggedOut(String form) throws LoginRefusedException {
    String token = URLUtils.parseParameters(form).getOrDefault("logout_token", List.of("")).get(0);
    try {
      Subject subject = found().logouts().validate(JWTParser.parse(token)).getSubject();
      if (subject == null) {
        throw new LoginRefusedException(
            Template.LOGIN_REFUSED, "the logout token names a session, and no person");
      }
      return ID_PREFIX + subject.getValue();
    } catch (JOSEException e) {
      throw away(e);
    } catch (java.text.ParseException | BadJOSEException e) {
      throw new LoginRefusedException(
          Template.LOGIN_REFUSED, "the logout token is not valid: " + e.getMessage(), e);
    }
  }

  private ClientAuthentication authentication(OIDCProviderMetadata metadata) {
    Secret secret = new Secret(settings.clientSecret());
    List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
    boolean inTheForm =
        methods != null
            && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
            && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST);
    return inTheForm
        ? new ClientSecretPost(clientId, secret)
        : new ClientSecretBasic(clientId, secret);
  }

  private Principal principal(IDTokenClaimsSet claims)
      throws LoginRefusedException, ParseException {
    Map<String, Object> json = claims.toJWTClaimsSet().getClaims();
    String subject = claims.getSubject().getValue();
    String name =
        Stream.of("preferred_username", "email")
            .map(json::get)
            .filter(String.class::isInstance)
            .map(claim -> ((String) claim).replaceAll("\\p{Cntrl}", "").strip())
            .filter(claim -> !claim.isEmpty() && claim.length() <= MAX_NAME)
            .findFirst()
            .orElse(subject);
    Set<String> roles = roles(json);
    Set<io.pairstream.service.http.Scope> scopes =
        settings.roles().entrySet().stream()
            .filter(role -> roles.contains(role.getKey()))
            .map(Map.Entry::getValue)
            .collect(Collectors.toSet());
    if (scopes.isEmpty()) {
      throw new LoginRefusedException(
          Template.LOGIN_NO_ROLE,
          ("%s has of the roles %s none in the claim %s, which holds %s;"
                  + " the ID token has the claims %s")
              .formatted(
                  name, settings.roles().keySet(), settings.rolesClaim(), roles, json.keySet()));
    }
    return new Principal(name, ID_PREFIX + subject, scopes);
  }

  private Set<String> roles(Map<String, Object> claims) {
    Object at = claims.get(settings.rolesClaim());
    if (at == null) {
      at = claims;
      for (String step : settings.rolesClaim().split("\\.", -1)) {
        at = at instanceof Map<?, ?> map ? map.get(step) : null;
      }
    }
    Stream<?> roles =
        at instanceof Collection<?> several
            ? several.stream()
            : at instanceof String text ? Stream.of(text.split(" ")) : Stream.empty();
    return roles.map(String::valueOf).collect(Collectors.toSet());
  }

  private Found found() throws LoginRefusedException {
    Found known = found;
    if (known != null) {
      return known;
    }
    try {
      Issuer issuer = new Issuer(settings.issuer());
      OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, this::configure);
      for (URI asked : List.of(metadata.getTokenEndpointURI(), metadata.getJWKSetURI())) {
        if (!OidcSettings.isPrivate(asked)) {
          throw new GeneralException("it names " + asked + ", which is no https address");
        }
      }
      JWKSource<SecurityContext> keys =
          JWKSourceBuilder.create(
                  metadata.getJWKSetURI().toURL(),
                  new DefaultResourceRetriever(
                      TIMEOUT_MS, TIMEOUT_MS, MAX_KEYS_BYTES, true, sockets))
              .build();
      JWSVerificationKeySelector<SecurityContext> signers =
          new JWSVerificationKeySelector<>(JWSAlgorithm.Family.SIGNATURE, keys);
      known =
          new Found(
              metadata,
              new IDTokenValidator(issuer, clientId, signers, null),
              // The type that tells logout tokens apart is only recommended; the event is required.
              new LogoutTokenValidator(issuer, clientId, false, signers, null));
      found = known;
      return known;
    } catch (GeneralException | IOException | RuntimeException e) {
      throw away(e);
    }
  }

  private void configure(HTTPRequest request) {
    request.setConnectTimeout(TIMEOUT_MS);
    request.setReadTimeout(TIMEOUT_MS);
    request.setSSLSocketFactory(sockets);
  }

  private LoginRefusedException away(Exception cause) {
    return new LoginRefusedException(
        Template.LOGIN_AWAY,
        "%s does not answer as a provider: %s".formatted(settings.issuer(), cause.getMessage()),
        cause);
  }
}
