package io.pairstream.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.tools.recipe.RecipeTrial;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class RecipeTryCommandTest {

  @ParameterizedTest
  @EnumSource
  void saysThatNearCopiesAreLeftOutWhereTheRecipeLooksForThem(NearCopies.Policy policy) {
    StringWriter out = new StringWriter();
    RecipeTrial.Result nothing = new RecipeTrial.Result(0, Map.of(), 0, 0, 0, List.of(), 0);

    RecipeTryCommand command = new RecipeTryCommand();
    var unused = new CommandLine(command).setOut(new PrintWriter(out));
    command.print(
        new RecipeTryCommand.Tried("mine", "1", nothing), new NearCopies(policy, 4, true, 20));

    assertThat(out.toString().contains("near copies are left out"))
        .isEqualTo(policy != NearCopies.Policy.IGNORE);
  }
}
