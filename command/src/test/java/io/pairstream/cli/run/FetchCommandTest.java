package io.pairstream.cli.run;

import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FetchCommandTest {

  @Test
  void fetchWantsToKnowWhomHostsMayAsk() {
    Ended.after("fetch").failed(ExitStatus.WRONG_USAGE, "--user-agent-contact", "--allow-address");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--user-agent-contact|me|a contact is a web address",
        "--allow-address|example.org|a network is written like",
        "--concurrency|0|at least 1 connection",
        "--attempts|0|at least once",
        "--first-pause|PT0S|must be positive",
        "--timeout|PT1S|which is less than"
      })
  void fetchRefusesAnImpossibleSetting(String option, String value, String says) {
    List<String> arguments = new ArrayList<>(List.of(option, value));
    if (!option.equals("--user-agent-contact")) {
      arguments.addAll(List.of("--user-agent-contact", "me@example.org"));
    }

    Ended.after("fetch", arguments.toArray(String[]::new)).failed(ExitStatus.WRONG_USAGE, says);
  }
}
