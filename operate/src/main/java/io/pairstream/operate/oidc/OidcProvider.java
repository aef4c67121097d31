package io.pairstream.operate.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Resource;
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
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.Subject;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.oauth2.sdk.util.tls.TLSUtils;
import com.nimbusds.oauth2.sdk.util.tls.TLSVersion;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.AuthorizedParty;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.service.http.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;

/**
 * An OpenID Connect provider, of which this service is a client. Its metadata is asked for at the
 * first login, so the provider may be away before. Waits for the provider; thread-safe.
 */
public final class OidcProvider {

  /** Beginning of a person's id, which is in place of a key's public part. */
  private static final String ID_PREFIX = "oidc:";

  private static final int TIMEOUT_MS = 5_000;
  private static final int MAX_ANSWER_BYTES = 256 * 1024;

  /** Longest time for an answer, however busily its bytes drip. */
  private static final long LONGEST_ANSWER_NANOS = 15_000_000_000L;

  /** Logout tokens that are remembered: each lives for minutes. */
  private static final int MOST_LOGOUTS = 1_000;

  private static final int MAX_NAME = 200;

  /** Characters that do not print, or turn the direction of others. */
  private static final Pattern UNSEEN =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]");

  private final OidcSettings settings;
  private final ClientID clientId;
  private final SSLSocketFactory sockets;
  private volatile Found found;

  /** Ids of logout tokens that have been accepted, the last ones. */
  private final Deque<String> logouts = new ArrayDeque<>();

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
      return TLSUtils.createSSLSocketFactory(trusted, TLSVersion.TLS);
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
      TokenResponse response = OIDCTokenResponseParser.parse(send(request));
      if (!(response instanceof OIDCTokenResponse tokens)) {
        throw new LoginRefusedException(
            Template.LOGIN_REFUSED,
            "the provider refuses the code: "
                + response.toErrorResponse().getErrorObject().getCode());
      }
      IDTokenClaimsSet claims =
          provider.logins().validate(tokens.getOIDCTokens().getIDToken(), attempt.nonce());
      requireOursAlone(claims);
      return principal(claims);
    } catch (IOException | JOSEException e) {
      throw away(e);
    } catch (ParseException | BadJOSEException | IllegalArgumentException e) {
      throw new LoginRefusedException(
          Template.LOGIN_REFUSED, "the provider's answer is not valid: " + e.getMessage(), e);
    }
  }

  /** Refuses a token that other clients may have, too (OpenID Connect Core 1.0, 3.1.3.7). */
  private void requireOursAlone(IDTokenClaimsSet claims) throws BadJOSEException {
    AuthorizedParty party = claims.getAuthorizedParty();
    if (claims.getAudience().size() != 1
        || (party != null && !party.getValue().equals(clientId.getValue()))) {
      throw new BadJOSEException(
          "the ID token is for %s, authorized party %s; it must be for %s alone"
              .formatted(claims.getAudience(), party, clientId));
    }
  }

  /**
   * The id of the person who is logged out, as in place of a key's public part.
   *
   * @param form body of the provider's request, with its token (OpenID Connect Back-Channel Logout
   *     1.0)
   * @throws LoginRefusedException where it is not the provider's, has been sent before or names no
   *     person; where the provider's keys are not known and it does not answer
   */
  public String loggedOut(String form) throws LoginRefusedException {
    String token = URLUtils.parseParameters(form).getOrDefault("logout_token", List.of("")).get(0);
    try {
      LogoutTokenClaimsSet claims = found().logouts().validate(JWTParser.parse(token));
      Subject subject = claims.getSubject();
      if (subject == null) {
        throw new LoginRefusedException(
            Template.LOGIN_REFUSED, "the logout token names a session, and no person");
      }
      synchronized (logouts) {
        if (logouts.contains(claims.getJWTID().getValue())) {
          throw new BadJOSEException("it has been sent before");
        }
        logouts.addLast(claims.getJWTID().getValue());
        if (logouts.size() > MOST_LOGOUTS) {
          logouts.removeFirst();
        }
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
        Stream.of("preferred_username", "email", "sub")
            .map(json::get)
            .filter(String.class::isInstance)
            .map(claim -> UNSEEN.matcher((String) claim).replaceAll("").strip())
            .filter(claim -> !claim.isEmpty() && claim.length() <= MAX_NAME)
            .findFirst()
            .orElse("a person");
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
      OIDCProviderMetadata metadata =
          OIDCProviderMetadata.parse(get(OIDCProviderMetadata.resolveURL(issuer)).getContent());
      if (!metadata.getIssuer().equals(issuer)) {
        throw new GeneralException("it names itself " + metadata.getIssuer());
      }
      for (URI asked : List.of(metadata.getTokenEndpointURI(), metadata.getJWKSetURI())) {
        if (!OidcSettings.isPrivate(asked)) {
          throw new GeneralException("it names " + asked + ", which is no https address");
        }
      }
      JWKSource<SecurityContext> keys =
          JWKSourceBuilder.create(metadata.getJWKSetURI().toURL(), this::get).build();
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

  private Resource get(URL address) throws IOException {
    HTTPResponse answer = send(new HTTPRequest(HTTPRequest.Method.GET, address));
    if (!answer.indicatesSuccess()) {
      throw new IOException(address + " answers " + answer.getStatusCode());
    }
    return new Resource(answer.getBody(), answer.getHeaderValue("Content-Type"));
  }

  /** The provider's answer, which is bounded in bytes and in time. */
  private HTTPResponse send(HTTPRequest request) throws IOException {
    request.setConnectTimeout(TIMEOUT_MS);
    request.setReadTimeout(TIMEOUT_MS);
    request.setSSLSocketFactory(sockets);
    long begun = System.nanoTime();
    HttpURLConnection connection = request.toHttpURLConnection();
    int status = connection.getResponseCode();
    HTTPResponse answer = new HTTPResponse(status);
    answer.setHeader("Content-Type", connection.getContentType());
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      byte[] piece = new byte[8192];
      for (int read = 0; in != null && read >= 0; read = in.read(piece)) {
        body.write(piece, 0, read);
        if (body.size() > MAX_ANSWER_BYTES || System.nanoTime() - begun > LONGEST_ANSWER_NANOS) {
          throw new IOException(
              "its answer has more than %d bytes, or takes too long".formatted(MAX_ANSWER_BYTES));
        }
      }
    } finally {
      connection.disconnect();
    }
    answer.setBody(body.toString(StandardCharsets.UTF_8));
    return answer;
  }

  private LoginRefusedException away(Exception cause) {
    return new LoginRefusedException(
        Template.LOGIN_AWAY,
        "%s does not answer as a provider: %s".formatted(settings.issuer(), cause.getMessage()),
        cause);
  }
}
