package io.pairstream.service.requirements;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** Queries a schema registry and judges its answers. */
final class RegistryChecks {

  private RegistryChecks() {}

  /** Asks and judges. */
  static List<Finding> look(Registry registry, Dataset dataset, List<TopicSpec> specs) {
    List<String> missing = new ArrayList<>();
    List<String> later = new ArrayList<>();
    List<String> incompatible = new ArrayList<>();
    try {
      for (TopicSpec spec : specs) {
        if (spec.valueSchema().isPresent()) {
          String subject = spec.name() + "-value";
          if (has(registry, subject, spec.valueSchema().get())) {
            List<Integer> versions = registry.versionsAfter(subject, spec.valueSchema().get());
            if (!versions.isEmpty()) {
              later.add(subject + " " + versions);
            }
            registry
                .compatibilityOf(subject)
                .filter(level -> !level.equals(Registry.COMPATIBILITY))
                .ifPresent(level -> incompatible.add(subject + " " + level));
          } else {
            missing.add(subject);
          }
        }
      }
    } catch (RegistryUnavailableException e) {
      return List.of(
          Finding.unknown(
              Area.REGISTRY,
              "reachable",
              String.valueOf(e.getMessage()),
              "say where it is: --schema-registry; credentials go into the file of --config, as"
                  + " schema-registry.*"));
    }
    String create = Hint.of("topics create --dataset " + dataset.name());
    return List.of(
        Finding.ok(Area.REGISTRY, "reachable", "it answers at " + registry.addresses()),
        new Check(Area.REGISTRY, "schemas", Level.WRONG)
            .judge(
                missing,
                "all of ours, under the ids that are looked up",
                "subjects without our schema",
                "all of ours",
                create + ", with the --partitions that the topics have"),
        new Check(Area.REGISTRY, "versions", Level.WARNING)
            .judge(
                later,
                "ours are the latest",
                "later than ours, of a newer release or of another producer",
                "ours is the latest, which is what some producers write with",
                "have producers look our schema up by its text, with auto.register.schemas=false;"
                    + " only pairstream topics create needs to register; take away the"
                    + " versions that nothing was written with"),
        new Check(Area.REGISTRY, "compatibility", Level.WARNING)
            .judge(
                incompatible,
                Registry.COMPATIBILITY + ", or the registry does not tell",
                "a schema that cannot be read may be registered",
                Registry.COMPATIBILITY,
                create));
  }

  /**
   * Whether the schema is found both as serializers look it up and as deserializers then ask for
   * it.
   */
  private static boolean has(Registry registry, String subject, Schema schema) {
    try {
      int id = registry.idOf(subject, schema);
      return registry.writerSchema(subject, id).getFullName().equals(schema.getFullName());
    } catch (MissingSchemaException e) {
      return false;
    }
  }
}
