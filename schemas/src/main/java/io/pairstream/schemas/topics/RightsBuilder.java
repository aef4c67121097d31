package io.pairstream.schemas.topics;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Makes the {@link ClientRights} of one client of a data set. */
final class RightsBuilder {

  private final Dataset dataset;
  private final String client;
  private final List<String> commands;
  private final Map<ResourcePattern, Set<AclOperation>> rights = new TreeMap<>(Right.BY_RESOURCE);

  RightsBuilder(Dataset dataset, String client, String... commands) {
    this.dataset = dataset;
    this.client = client;
    this.commands = List.of(commands);
  }

  /** Reads topics of the data set, by their names in the catalogue. */
  RightsBuilder reads(String... topics) {
    return onTopics(named(topics), READ);
  }

  /** Writes topics of the data set, by their names in the catalogue. */
  RightsBuilder writes(String... topics) {
    return onTopics(named(topics), WRITE);
  }

  /** Does operations on topics, by their full names. */
  RightsBuilder onTopics(Collection<String> topics, AclOperation... operations) {
    topics.forEach(topic -> on(ResourceType.TOPIC, PatternType.LITERAL, topic, operations));
    return this;
  }

  /** Is a member of groups, and commits its places for them. */
  RightsBuilder joins(String... groups) {
    return onGroups(List.of(groups), READ);
  }

  /** Does operations on groups. */
  RightsBuilder onGroups(Collection<String> groups, AclOperation... operations) {
    groups.forEach(group -> on(ResourceType.GROUP, PatternType.LITERAL, group, operations));
    return this;
  }

  /** Writes in transactions whose ids each begin with one of these, a hyphen and what is random. */
  RightsBuilder transactsBelow(String... ids) {
    for (String id : ids) {
      on(ResourceType.TRANSACTIONAL_ID, PatternType.PREFIXED, id + "-", WRITE);
    }
    return this;
  }

  /** Does operations on the cluster itself. */
  RightsBuilder onCluster(AclOperation... operations) {
    return on(ResourceType.CLUSTER, PatternType.LITERAL, Resource.CLUSTER_NAME, operations);
  }

  /** Reads the settings of the brokers and of each topic so far, on which promises rest. */
  RightsBuilder checksTheCluster() {
    rights.forEach(
        (resource, operations) -> {
          if (resource.resourceType() == ResourceType.TOPIC) {
            operations.add(DESCRIBE_CONFIGS);
          }
        });
    return onTopics(AccessCatalogue.OF_KAFKA, DESCRIBE, DESCRIBE_CONFIGS)
        .onCluster(DESCRIBE_CONFIGS);
  }

  /** Checks the cluster at its start, and reports its status while it runs. */
  RightsBuilder asService() {
    return checksTheCluster().writes(TopicCatalogue.INSTANCES);
  }

  RightsBuilder on(
      ResourceType type, PatternType pattern, String name, AclOperation... operations) {
    Collections.addAll(
        rights.computeIfAbsent(
            new ResourcePattern(type, name, pattern), any -> EnumSet.noneOf(AclOperation.class)),
        operations);
    return this;
  }

  /** Has all rights that several clients share. */
  RightsBuilder with(Consumer<RightsBuilder> shared) {
    shared.accept(this);
    return this;
  }

  ClientRights build() {
    return new ClientRights(
        client,
        commands,
        rights.entrySet().stream()
            .map(right -> new Right(right.getKey(), withoutImplied(right.getValue())))
            .toList());
  }

  /** Kafka describes what may be read, written, deleted or altered. */
  private static Set<AclOperation> withoutImplied(Set<AclOperation> operations) {
    Set<AclOperation> bare = EnumSet.copyOf(operations);
    if (!Collections.disjoint(bare, EnumSet.of(READ, WRITE, DELETE, ALTER))) {
      bare.remove(DESCRIBE);
    }
    if (bare.contains(ALTER_CONFIGS)) {
      bare.remove(DESCRIBE_CONFIGS);
    }
    return bare;
  }

  private List<String> named(String... topics) {
    return Stream.of(topics).map(dataset::topic).toList();
  }
}
