package io.pairstream.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.authorizer.AuthorizerServerInfo;

/** A broker's authorizer that allows all but one operation on one topic. */
public final class DenyingAuthorizer implements Authorizer {

  private static volatile String topic = "";
  private static volatile AclOperation operation = AclOperation.UNKNOWN;

  /** Settings of a broker that asks it. */
  public static Map<String, String> settings() {
    return Map.of("authorizer.class.name", DenyingAuthorizer.class.getName());
  }

  /** From now on, of all brokers of this process. */
  public static void deny(AclOperation operation, String topic) {
    DenyingAuthorizer.topic = topic;
    DenyingAuthorizer.operation = operation;
  }

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    return actions.stream()
        .map(
            action ->
                action.operation() == operation
                        && action.resourcePattern().resourceType() == ResourceType.TOPIC
                        && action.resourcePattern().name().equals(topic)
                    ? AuthorizationResult.DENIED
                    : AuthorizationResult.ALLOWED)
        .toList();
  }

  @Override
  public Map<Endpoint, ? extends CompletionStage<Void>> start(AuthorizerServerInfo server) {
    return server.endpoints().stream()
        .collect(
            Collectors.toMap(Function.identity(), each -> CompletableFuture.completedFuture(null)));
  }

  @Override
  public List<? extends CompletionStage<AclCreateResult>> createAcls(
      AuthorizableRequestContext context, List<AclBinding> bindings) {
    return List.of();
  }

  @Override
  public List<? extends CompletionStage<AclDeleteResult>> deleteAcls(
      AuthorizableRequestContext context, List<AclBindingFilter> filters) {
    return List.of();
  }

  @Override
  public Iterable<AclBinding> acls(AclBindingFilter filter) {
    return List.of();
  }

  @Override
  public void configure(Map<String, ?> settings) {}

  @Override
  public void close() {}
}
