package io.pairstream.cli;

import io.pairstream.service.Cluster;
import io.pairstream.service.Promise;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a service is to do without, where a cluster cannot keep it. */
final class PromiseOptions {

  @Option(
      names = "--accept-weaker",
      paramLabel = "NAME",
      split = ",",
      converter = PromiseReader.class,
      description =
          "Do without a promise that the cluster's settings cannot keep, by the name that doctor gives"
              + " it, such as replication; several with commas between. Default: none")
  private Set<Promise> doneWithout = Set.of();

  /** The cluster, of which so much less is asked. */
  Cluster of(Cluster cluster) {
    return cluster.without(doneWithout);
  }

  /** Reads a promise's name. */
  static final class PromiseReader implements ITypeConverter<Promise> {

    @Override
    public Promise convert(String text) {
      return Promise.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "right is one of " + Promise.labels() + ", not " + text));
    }
  }
}
