package io.pairstream.operate.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
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
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.pairstream.operate.oidc.LoginAttempts.Attempt;
import io.pairstream.operate.sentence.Template;
import io.pairstream.service.http.Principal;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private volatile Found found;

  private record Found(OIDCProviderMetadata metadata, IDTokenValidator validator) {}

  public OidcProvider(OidcSettings settings) {
    this.settings = settings;
    this.clientId = new ClientID(settings.clientId());
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
   * @param issuer who says to have issued the code; empty where that is not said
   * @throws LoginRefusedException where the provider does not answer, or not as it should; where
   *     the person has no role here
   */
  public Principal person(Attempt attempt, String code, String issuer)
      throws LoginRefusedException {
    if (!issuer.isEmpty() && !issuer.equals(settings.issuer().toString())) {
      throw new LoginRefusedException(Template.LOGIN_REFUSED, "another provider answers");
    }
    Found provider = found();
    try {
      HTTPRequest request =
          new TokenRequest.Builder(
                  provider.metadata().getTokenEndpointURI(),
                  authentication(provider.metadata()),
                  new AuthorizationCodeGrant(
                      new AuthorizationCode(code), attempt.callback(), attempt.verifier()))
              .build()
              .toHTTPRequest();
      request.setConnectTimeout(TIMEOUT_MS);
      request.setReadTimeout(TIMEOUT_MS);
      TokenResponse response = OIDCTokenResponseParser.parse(request.send());
      if (!(response instanceof OIDCTokenResponse tokens)) {
        throw new LoginRefusedException(
            Template.LOGIN_REFUSED,
            "the provider refuses the code: "
                + response.toErrorResponse().getErrorObject().getCode());
      }
      return principal(
          provider.validator().validate(tokens.getOIDCTokens().getIDToken(), attempt.nonce()));
    } catch (IOException | JOSEException e) {
      throw away(e);
    } catch (ParseException | BadJOSEException | IllegalArgumentException e) {
      throw new LoginRefusedException(
          Template.LOGIN_REFUSED, "the provider's answer is not valid: " + e.getMessage(), e);
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
          "%s has of the roles %s none in the claim %s, which holds %s"
              .formatted(name, settings.roles().keySet(), settings.rolesClaim(), roles));
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
      OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, TIMEOUT_MS, TIMEOUT_MS);
      JWKSource<SecurityContext> keys =
          JWKSourceBuilder.create(
                  metadata.getJWKSetURI().toURL(),
                  new DefaultResourceRetriever(TIMEOUT_MS, TIMEOUT_MS, MAX_KEYS_BYTES))
              .build();
      known =
          new Found(
              metadata,
              new IDTokenValidator(
                  issuer,
                  clientId,
                  new JWSVerificationKeySelector<>(JWSAlgorithm.Family.SIGNATURE, keys),
                  null));
      found = known;
      return known;
    } catch (GeneralException | IOException | RuntimeException e) {
      throw away(e);
    }
  }

  private LoginRefusedException away(Exception cause) {
    return new LoginRefusedException(
        Template.LOGIN_AWAY,
        "%s does not answer as a provider: %s".formatted(settings.issuer(), cause.getMessage()),
        cause);
  }
}
