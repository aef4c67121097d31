package io.pairstream.operate.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operate.catalogue.Agreement.Answers;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AgreementTest {

  static List<JsonNode> golden() throws IOException {
    try (InputStream in = AgreementTest.class.getResourceAsStream("kappa-golden.json")) {
      return List.of(Json.MAPPER.readValue(in, JsonNode[].class));
    }
  }

  /** The golden file is what kappa_reference.py writes with scikit-learn. */
  @ParameterizedTest
  @MethodSource("golden")
  void kappaIsThatOfScikitLearn(JsonNode one) {
    Answers answers = new Answers();
    for (int i = 0; i < one.get("one").size(); i++) {
      answers.add(one.get("one").get(i).textValue(), one.get("other").get(i).textValue());
    }

    Agreement agreement = answers.agreement("anna", "ben");

    assertThat(agreement.pairs()).isEqualTo(one.get("one").size());
    if (one.get("kappa").isNull()) {
      assertThat(agreement.kappa()).isEmpty();
    } else {
      assertThat(agreement.kappa().getAsDouble())
          .isCloseTo(one.get("kappa").doubleValue(), within(1e-12));
    }
  }
}
