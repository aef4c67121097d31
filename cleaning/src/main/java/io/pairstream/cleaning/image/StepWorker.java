package io.pairstream.cleaning.image;

import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.python.PythonStep;
import java.util.List;
import java.util.Map;

/** Runs the functions of recipes, away from the caller's process. Thread-safe. */
public interface StepWorker {

  /** Gets functions ready; no process starts before the first question. */
  default StepJudge open(List<PythonStep> steps) {
    return (step, shown) -> {
      throw new ImageWorkerUnavailableException("nothing here runs functions in Python");
    };
  }

  /** The functions of one recipe. Thread-safe. */
  interface StepJudge {

    /**
     * Asks a function about a pair.
     *
     * @param step its number among those that were opened
     * @throws ImageWorkerUnavailableException where no process can be asked, whatever the pair
     */
    Verdict ask(int step, Shown shown);
  }

  /**
   * Part of a pair that a function is shown.
   *
   * @param caption empty where it sees the picture
   * @param language empty where it sees the picture
   * @param measures none where it sees the caption
   * @param pixels uint8 [height, width, 3], RGB; empty where it sees the caption
   */
  record Shown(
      String caption,
      String language,
      Map<String, Double> measures,
      EncodedImage pixels,
      int widthPx,
      int heightPx) {

    /** A caption. */
    public static Shown caption(String caption, String language) {
      return new Shown(caption, language, Map.of(), new EncodedImage(new byte[0]), 0, 0);
    }
  }

  /** Verdict of a function on a pair. */
  sealed interface Verdict {

    /**
     * The pair is kept.
     *
     * @param caption the caption, which may have changed
     */
    record Kept(String caption) implements Verdict {}

    /** The pair is refused, in the function's words in two languages. */
    record Refused(String english, String chinese) implements Verdict {}

    /** The function failed; {@code words} say how, and in which line of its file. */
    record Failed(String words) implements Verdict {}
  }
}
