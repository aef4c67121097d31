package io.pairstream.testing;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** A broker's authorizer that allows all but one operation on one topic. */
public final class DenyingAuthorizer extends StandardAuthorizer {

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
}
