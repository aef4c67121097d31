package io.pairstream.cli;

import io.pairstream.service.Cluster;
import io.pairstream.service.ClusterRequirement;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a service is to do without, where a cluster cannot keep it. */
final class RequirementOptions {

  @Option(
      names = "--accept-weaker",
      paramLabel = "NAME",
      split = ",",
      converter = RequirementReader.class)
  private Set<ClusterRequirement> doneWithout = Set.of();

  /** The cluster, of which so much less is asked. */
  Cluster of(Cluster cluster) {
    return cluster.without(doneWithout);
  }

  /** Reads a requirement's name. */
  static final class RequirementReader implements ITypeConverter<ClusterRequirement> {

    @Override
    public ClusterRequirement convert(String text) {
      return ClusterRequirement.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "right is one of " + ClusterRequirement.labels() + ", not " + text));
    }
  }
}
