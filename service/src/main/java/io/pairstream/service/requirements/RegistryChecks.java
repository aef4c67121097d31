package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.requirements.Finding.Area;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.avro.Schema;

/** Asks a schema registry and judges what it tells. */
final class RegistryChecks {

  /**
   * What a registry told.
   *
   * @param mode empty where it does not tell
   * @param schemas id of our schema by subject; nothing where the subject does not hold it, or does
   *     not give it back under its id
   * @param later versions after ours, by subject
   * @param compatibility by subject; without those of which it does not tell
   */
  record Facts(
      String address,
      Optional<String> mode,
      Map<String, Optional<Integer>> schemas,
      Map<String, List<Integer>> later,
      Map<String, String> compatibility) {}

  private RegistryChecks() {}

  /** Asks and judges. */
  static List<Finding> look(Registry registry, Dataset dataset, List<TopicSpec> specs) {
    try {
      return judge(ask(registry, specs), dataset);
    } catch (RegistryUnavailableException e) {
      return List.of(
          Finding.notTold(
              Area.REGISTRY,
              "reachable",
              String.valueOf(e.getMessage()),
              "say where it is: --schema-registry; credentials go into the file of --config, as"
                  + " schema-registry.*"));
    }
  }

  private static Facts ask(Registry registry, List<TopicSpec> specs) {
    Map<String, Optional<Integer>> schemas = new LinkedHashMap<>();
    Map<String, List<Integer>> later = new LinkedHashMap<>();
    Map<String, String> compatibility = new LinkedHashMap<>();
    for (TopicSpec spec : specs) {
      String subject = spec.name() + "-value";
      spec.valueSchema()
          .ifPresent(
              schema -> {
                schemas.put(subject, idOf(registry, subject, schema));
                if (schemas.get(subject).isPresent()) {
                  later.put(subject, registry.versionsAfter(subject, schema));
                  registry
                      .compatibilityOf(subject)
                      .ifPresent(level -> compatibility.put(subject, level));
                }
              });
    }
    return new Facts(registry.addresses(), registry.mode(), schemas, later, compatibility);
  }

  /** As serializers look it up, and as deserializers then ask for it. */
  private static Optional<Integer> idOf(Registry registry, String subject, Schema schema) {
    try {
      int id = registry.idOf(subject, schema);
      return registry.writerSchema(subject, id).getFullName().equals(schema.getFullName())
          ? Optional.of(id)
          : Optional.empty();
    } catch (MissingSchemaException e) {
      return Optional.empty();
    }
  }

  static List<Finding> judge(Facts facts, Dataset dataset) {
    String create = "pairstream topics create --dataset " + dataset.name();
    return List.of(
        Finding.ok(Area.REGISTRY, "reachable", "it answers at " + facts.address()),
        Check.wrong(Area.REGISTRY, "schemas")
            .judge(
                listed(facts.schemas(), Optional::isEmpty),
                "all " + facts.schemas().size() + " of ours, under the ids that are looked up",
                "subjects without our schema",
                "all of ours",
                create + ", with the --partitions that the topics have"),
        Check.warning(Area.REGISTRY, "versions")
            .judge(
                listed(facts.later(), versions -> !versions.isEmpty()),
                "ours are the latest",
                "later than ours, of a newer release or of somebody else",
                "ours is the latest, which is what some producers write with",
                "have producers look our schema up by its text, with auto.register.schemas=false;"
                    + " nobody but pairstream topics create needs to register; take away the"
                    + " versions that nothing was written with"),
        Check.warning(Area.REGISTRY, "compatibility")
            .judge(
                listed(facts.compatibility(), level -> !level.equals(Registry.COMPATIBILITY)),
                facts.compatibility().isEmpty()
                    ? "the registry does not tell"
                    : Registry.COMPATIBILITY,
                "a schema that cannot be read may be registered",
                Registry.COMPATIBILITY,
                create),
        Check.warning(Area.REGISTRY, "mode")
            .judge(
                facts.mode().filter(mode -> !mode.equals("READWRITE")).stream().toList(),
                facts.mode().orElse("the registry does not tell"),
                "no schema can be registered, as the next upgrade may have to",
                "READWRITE",
                "PUT {\"mode\": \"READWRITE\"} to " + facts.address() + "/mode"));
  }

  /** Subjects of which something is wrong, each with what it has. */
  private static <T> List<String> listed(Map<String, T> subjects, Predicate<T> wrong) {
    return subjects.entrySet().stream()
        .filter(subject -> wrong.test(subject.getValue()))
        .map(
            subject ->
                subject.getValue() instanceof Optional<?>
                    ? subject.getKey()
                    : subject.getKey() + " " + subject.getValue())
        .toList();
  }
}
