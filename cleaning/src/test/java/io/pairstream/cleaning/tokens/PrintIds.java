package io.pairstream.cleaning.tokens;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Prints the ids of texts, for {@code src/test/reference/tokens_reference.py} to compare: takes a
 * recipe as its argument, reads a JSON string per line, prints a line of all ids, joined by commas,
 * then a semicolon and the ids of fixed length.
 */
final class PrintIds {

  private PrintIds() {}

  public static void main(String[] args) throws IOException {
    RecipeReader recipe = RecipeReader.parse("recipe", args[0]);
    TokenTarget target = new TokenizeCaption(recipe).main();
    recipe.finish();
    ObjectMapper json = new ObjectMapper();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String text = json.readValue(line, String.class);
      out.println(ids(target.tokenizer().encode(text)) + ";" + ids(target.apply(text).ids()));
    }
    out.flush();
  }

  private static String ids(int[] ids) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }
}
