package io.pairstream.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption;
import io.pairstream.cleaning.tokens.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Our side of {@code compare.sh}: encodes every line of a file {@value #PASSES} times for each line
 * on standard input, which is a recipe, and answers with the CPU seconds that the whole process
 * took for one pass (compiler and collector included), the number of ids and their sum.
 */
public final class EncodeCaptions {

  /** The clock ticks in hundredths of a second, and one pass takes few of them. */
  private static final int PASSES = 10;

  private EncodeCaptions() {}

  public static void main(String[] args) throws IOException {
    List<String> captions = Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8);
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    try (BufferedReader rounds =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = rounds.readLine(); line != null; line = rounds.readLine()) {
        Tokenizer tokenizer =
            new TokenizeCaption(RecipeReader.parse("recipe", line)).main().tokenizer();
        tokenizer.encode(""); // loads the vocabulary
        long ids = 0;
        long sum = 0;
        long start = process.getProcessCpuTime();
        for (int pass = 0; pass < PASSES; pass++) {
          ids = 0;
          sum = 0;
          for (String caption : captions) {
            int[] encoded = tokenizer.encode(caption);
            ids += encoded.length;
            for (int id : encoded) {
              sum += id;
            }
          }
        }
        double seconds = (process.getProcessCpuTime() - start) / 1e9 / PASSES;
        System.out.println(seconds + " " + ids + " " + sum);
      }
    }
  }
}
