package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.requirements.Finding.Level;
import io.pairstream.service.requirements.RegistryChecks.Facts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class RegistryChecksTest {

  private final Map<String, Optional<Integer>> schemas =
      new HashMap<>(Map.of("flowers.training-value", Optional.of(1)));
  private final Map<String, List<Integer>> later = new HashMap<>();
  private final Map<String, String> compatibility =
      new HashMap<>(Map.of("flowers.training-value", "FULL_TRANSITIVE"));

  @Test
  void namesTheSubjectThatDoesNotHoldOurSchema() {
    schemas.put("flowers.receipts-value", Optional.empty());

    Finding finding = Described.of(judged("READWRITE"), "schemas");

    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.found()).endsWith(": flowers.receipts-value");
    assertThat(finding.remedy()).startsWith("pairstream topics create --dataset flowers");
  }

  @Test
  void namesVersionsThatCameAfterOurs() throws Exception {
    Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
    TopicSpec training = Described.SPECS.get(0);
    for (TopicSpec spec : Described.SPECS) {
      spec.valueSchema().ifPresent(schema -> registry.register(spec.name() + "-value", schema));
    }
    assertThat(RegistryChecks.look(registry, Described.FLOWERS, Described.SPECS))
        .extracting(Finding::level)
        .containsOnly(Level.OK);

    registry.register(
        training.name() + "-value",
        SchemaBuilder.record(training.valueSchema().orElseThrow().getFullName())
            .fields()
            .optionalString("split")
            .endRecord());

    Finding finding =
        Described.of(RegistryChecks.look(registry, Described.FLOWERS, Described.SPECS), "versions");
    assertThat(finding.level()).isEqualTo(Level.WARNING);
    assertThat(finding.found()).endsWith(training.name() + "-value [2]");
  }

  @Test
  void tellsARegistryThatDoesNotAnswerFromOneThatLacksSomething() {
    Registry nobody = new Registry("http://127.0.0.1:1", Map.of("http.connect.timeout.ms", "500"));

    List<Finding> findings = RegistryChecks.look(nobody, Described.FLOWERS, Described.SPECS);

    assertThat(findings).extracting(Finding::level).containsExactly(Level.NOT_TOLD);
    assertThat(findings.get(0).sentence())
        .contains("http://127.0.0.1:1")
        .contains("--schema-registry");
  }

  private List<Finding> judged(String mode) {
    return RegistryChecks.judge(
        new Facts("http://registry", Optional.of(mode), schemas, later, compatibility),
        Described.FLOWERS);
  }
}
