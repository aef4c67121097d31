package io.pairstream.testing;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's authorizer, which also notes what it has allowed to whom. */
public final class NotingAuthorizer extends StandardAuthorizer {

  private static final Set<Allowed> NOTED = ConcurrentHashMap.newKeySet();

  /**
   * One operation that a principal was allowed.
   *
   * @param user name of the principal
   */
  public record Allowed(String user, AclOperation operation, ResourcePattern resource) {}

  /** All that brokers of this process have allowed since {@link #forget}. */
  static Set<Allowed> noted() {
    return Set.copyOf(NOTED);
  }

  static void forget() {
    NOTED.clear();
  }

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    for (int i = 0; i < actions.size(); i++) {
      if (results.get(i) == AuthorizationResult.ALLOWED) {
        Action action = actions.get(i);
        NOTED.add(
            new Allowed(
                context.principal().getName(), action.operation(), action.resourcePattern()));
      }
    }
    return results;
  }
}
