package io.pairstream.service.requirements;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

class RegistryChecksTest {

  @Test
  void namesTheSubjectThatDoesNotHoldOurSchema() {
    Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
    for (TopicSpec spec : Described.SPECS) {
      spec.valueSchema().ifPresent(schema -> registry.register(spec.name() + "-value", schema));
    }
    TopicSpec another = new TopicCatalogue(new Dataset("other"), 1).topics().get(0);

    assertThat(look(registry, Described.SPECS)).extracting(Finding::level).containsOnly(Level.OK);
    Finding finding = Described.of(look(registry, List.of(another)), "schemas");
    assertThat(finding.level()).isEqualTo(Level.WRONG);
    assertThat(finding.found()).endsWith(": " + another.name() + "-value");
    assertThat(finding.remedy()).startsWith("pairstream topics create --dataset flowers");
  }

  @Test
  void namesVersionsThatCameAfterOurs() throws Exception {
    Registry registry = new Registry("mock://" + UUID.randomUUID(), Map.of());
    TopicSpec training = Described.SPECS.get(0);
    for (TopicSpec spec : Described.SPECS) {
      spec.valueSchema().ifPresent(schema -> registry.register(spec.name() + "-value", schema));
    }
    registry.register(
        training.name() + "-value",
        SchemaBuilder.record(training.valueSchema().orElseThrow().getFullName())
            .fields()
            .optionalString("split")
            .endRecord());

    Finding finding = Described.of(look(registry, Described.SPECS), "versions");

    assertThat(finding.level()).isEqualTo(Level.WARNING);
    assertThat(finding.found()).endsWith(training.name() + "-value [2]");
  }

  @Test
  void tellsARegistryThatDoesNotAnswerFromOneThatLacksSomething() {
    Registry unreachable =
        new Registry("http://127.0.0.1:1", Map.of("http.connect.timeout.ms", "500"));

    List<Finding> findings = look(unreachable, Described.SPECS);

    assertThat(findings).extracting(Finding::level).containsExactly(Level.UNKNOWN);
    assertThat(findings.get(0).sentence()).contains("http://127.0.0.1:1", "--schema-registry");
  }

  private static List<Finding> look(Registry registry, List<TopicSpec> specs) {
    return RegistryChecks.look(registry, Described.FLOWERS, specs);
  }
}
