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

class RecipeTryPrinterTest {

  @ParameterizedTest
  @EnumSource
  void saysThatNearCopiesAreLeftOutWhereTheRecipeLooksForThem(NearCopies.Policy policy) {
    StringWriter out = new StringWriter();
    RecipeTrial.Result nothing = new RecipeTrial.Result(0, Map.of(), 0, 0, 0, List.of(), 0);

    new RecipeTryPrinter(new PrintWriter(out))
        .print(
            new RecipeTryPrinter.Tried("mine", "1", nothing),
            List.of("photos"),
            null,
            new NearCopies(policy, 4, true, 20));

    assertThat(out.toString().contains("near copies are left out"))
        .isEqualTo(policy != NearCopies.Policy.IGNORE);
  }
}
