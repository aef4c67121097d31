package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.requirements.Finding.Area;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/** Asks a schema registry and judges what it tells. */
final class RegistryChecks {

  /**
   * What a registry told.
   *
   * @param mode empty where it does not tell
   * @param schemas id of our schema by subject; nothing where the subject does not hold it, or does
   *     not give it back under its id
   * @param later versions after ours, by subject; without those that have none
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
                  List<Integer> versions = registry.versionsAfter(subject, schema);
                  if (!versions.isEmpty()) {
                    later.put(subject, versions);
                  }
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
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok(Area.REGISTRY, "reachable", "it answers at " + facts.address()));
    List<String> missing =
        facts.schemas().entrySet().stream()
            .filter(schema -> schema.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    findings.add(
        missing.isEmpty()
            ? Finding.ok(
                Area.REGISTRY,
                "schemas",
                "all " + facts.schemas().size() + " of ours, under the ids that are looked up")
            : Finding.wrong(
                Area.REGISTRY,
                "schemas",
                "subjects without our schema: " + Words.some(missing),
                "all of ours",
                "pairstream topics create --dataset "
                    + dataset.name()
                    + ", with the --partitions that the topics have"));
    if (!facts.later().isEmpty()) {
      findings.add(
          Finding.warning(
              Area.REGISTRY,
              "versions",
              "later than ours, of a newer release or of somebody else: "
                  + Words.some(
                      facts.later().entrySet().stream()
                          .map(subject -> subject.getKey() + " " + subject.getValue())
                          .toList()),
              "ours is the latest, which is what some producers write with",
              "have producers look our schema up by its text, with auto.register.schemas=false;"
                  + " nobody but pairstream topics create needs to register; take away the versions"
                  + " that nothing was written with"));
    }
    List<String> loose =
        facts.compatibility().entrySet().stream()
            .filter(subject -> !subject.getValue().equals(Registry.COMPATIBILITY))
            .map(subject -> subject.getKey() + " " + subject.getValue())
            .toList();
    findings.add(
        loose.isEmpty()
            ? Finding.ok(
                Area.REGISTRY,
                "compatibility",
                facts.compatibility().isEmpty()
                    ? "the registry does not tell"
                    : Registry.COMPATIBILITY)
            : Finding.warning(
                Area.REGISTRY,
                "compatibility",
                "a schema that cannot be read may be registered: " + Words.some(loose),
                Registry.COMPATIBILITY,
                "pairstream topics create --dataset " + dataset.name()));
    boolean writable = facts.mode().map("READWRITE"::equals).orElse(true);
    findings.add(
        writable
            ? Finding.ok(Area.REGISTRY, "mode", facts.mode().orElse("the registry does not tell"))
            : Finding.warning(
                Area.REGISTRY,
                "mode",
                facts.mode().get()
                    + ": no schema can be registered, as the next upgrade may have to",
                "READWRITE",
                "PUT {\"mode\": \"READWRITE\"} to " + facts.address() + "/mode"));
    return findings;
  }
}
