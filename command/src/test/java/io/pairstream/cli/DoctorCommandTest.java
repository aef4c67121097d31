package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorCommandTest {

  @ParameterizedTest
  @CsvSource({
    "OK, 0",
    "OK WARNING, 0",
    "OK WARNING NOT_TOLD, 3",
    "NOT_TOLD WRONG, 1",
    "WRONG OK, 1",
  })
  void endsWithTheGravestThatItFound(String levels, int status) {
    List<Finding> findings =
        Arrays.stream(levels.split(" ", -1))
            .map(
                level ->
                    new Finding(
                        Area.TOPICS,
                        "check",
                        Level.valueOf(level),
                        "found",
                        "right",
                        "remedy",
                        Optional.empty()))
            .toList();

    assertThat(DoctorCommand.status(findings)).isEqualTo(status);
  }
}
