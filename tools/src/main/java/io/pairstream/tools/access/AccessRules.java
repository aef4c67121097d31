package io.pairstream.tools.access;

import io.pairstream.schemas.wire.KafkaAnswers;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.resource.ResourcePatternFilter;

/**
 * The rules of a cluster that let principals do something. Rules that deny something are the
 * operator's own matter.
 *
 * @param admin closed by the caller; may Describe the cluster, and to change rules Alter it
 */
public record AccessRules(Admin admin) {

  /**
   * How a cluster's rules differ from those that are right.
   *
   * @param missing right rules that it does not have
   * @param extra further rules of the same principals
   */
  public record Difference(Set<AclBinding> missing, Set<AclBinding> extra) {}

  /**
   * Compares the rules of all principals that are named.
   *
   * @throws SecurityDisabledException where the brokers check no rights
   * @throws org.apache.kafka.common.KafkaException where they do not answer
   */
  public Difference against(Set<AclBinding> right) {
    Set<AclBinding> found = new HashSet<>();
    right.stream()
        .map(rule -> rule.entry().principal())
        .distinct()
        .map(AccessRules::of)
        .forEach(of -> found.addAll(known(of)));
    Set<AclBinding> missing = new HashSet<>(right);
    missing.removeAll(found);
    found.removeAll(right);
    return new Difference(missing, found);
  }

  /** Adds rules. */
  public void add(Collection<AclBinding> rules) {
    KafkaAnswers.await(admin.createAcls(rules).all());
  }

  /** Removes rules. */
  public void remove(Collection<AclBinding> rules) {
    KafkaAnswers.await(
        admin
            .deleteAcls(rules.stream().map(AclBinding::toFilter).collect(Collectors.toSet()))
            .all());
  }

  private Collection<AclBinding> known(AclBindingFilter filter) {
    try {
      return KafkaAnswers.await(admin.describeAcls(filter).values());
    } catch (SecurityDisabledException e) {
      throw new SecurityDisabledException(
          "the brokers check no rights: every client that reaches them may do everything; set"
              + " authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
          e);
    }
  }

  private static AclBindingFilter of(String principal) {
    return new AclBindingFilter(
        ResourcePatternFilter.ANY,
        new AccessControlEntryFilter(principal, null, AclOperation.ANY, AclPermissionType.ALLOW));
  }
}
