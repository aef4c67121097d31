package io.pairstream.schemas.topics;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * Operations that a client may do on a resource of a cluster, or on all whose names begin alike.
 *
 * @param operations at least one; none of them implied by another
 */
public record Right(ResourcePattern resource, Set<AclOperation> operations) {

  /** By type, name and pattern. */
  public static final Comparator<ResourcePattern> BY_RESOURCE =
      Comparator.comparing(ResourcePattern::resourceType)
          .thenComparing(ResourcePattern::name)
          .thenComparing(ResourcePattern::patternType);

  /** The operations' names as Kafka's tools spell them, in order: {@code DescribeConfigs}. */
  public Set<String> operationNames() {
    Set<String> names = new TreeSet<>();
    operations.forEach(operation -> names.add(nameOf(operation)));
    return names;
  }

  /** The resource's type as Kafka's tools spell it: {@code transactional-id}. */
  public String typeName() {
    return resource.resourceType().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The rules that give it, from every host.
   *
   * @param principal as brokers know the client: {@code User:pairstream-ingest}
   */
  public List<AclBinding> bindings(String principal) {
    return operations.stream()
        .map(
            operation ->
                new AclBinding(
                    resource,
                    new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW)))
        .toList();
  }

  /** An operation's name as Kafka's tools spell it: {@code DescribeConfigs}. */
  private static String nameOf(AclOperation operation) {
    return Stream.of(operation.name().split("_", -1))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
