package io.pairstream.cli.models;

import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreCommandTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch|0|--batch is 1 to 4096 questions, not 0",
        "--batch-age|PT-1S|waits for no time or more",
        "--threads|0|--threads must be 1 to 64, was 0",
        "--split|train|--split is one of [training, validation, test], not train",
        "--answers-of|pairs|--answers-of names other data sets than --dataset, not pairs",
        "--answers-of|My pairs|a data set's name has",
        "--ask-again|crashed,sleepy|--ask-again is one of [crashed, timed-out, refused"
      })
  void refusesAnImpossibleSetting(String option, String value, String says) {
    score(option, value).failed(ExitStatus.WRONG_USAGE, says);
  }

  @Test
  void saysThatThereIsNoCard() {
    score("--split", "test").failed(ExitStatus.WRONG_USAGE, "ends with .yaml", folder.toString());
  }

  @Test
  void saysAllThatIsWrongWithACard() throws IOException {
    Files.writeString(folder.resolve("nsfw.yaml"), "name: NSFW\n");

    score("--split", "test").failed(ExitStatus.FOUND_WRONG, "name", "licence", "outputs");
  }

  private Ended score(String option, String value) {
    return Ended.after(
        "score",
        "--models",
        folder.toString(),
        "--state-dir",
        folder.resolve("state").toString(),
        option,
        value);
  }
}
