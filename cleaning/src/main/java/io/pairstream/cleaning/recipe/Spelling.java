package io.pairstream.cleaning.recipe;

import java.util.Set;

/** Finds the known key that a misspelt one most resembles. */
final class Spelling {

  private Spelling() {}

  /**
   * A hint at the known key that is meant, where one is close in spelling or lacks only its
   * section.
   */
  static String suggestion(String key, Set<String> knownKeys) {
    String best = "";
    int bestDistance = Math.max(4, Math.min(8, key.length() / 3 + 1));
    for (String known : knownKeys) {
      int distance =
          known.endsWith("." + key)
              ? 0
              : Math.abs(known.length() - key.length()) < bestDistance
                  ? distance(key, known)
                  : bestDistance;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = known;
      }
    }
    return best.isEmpty() ? "" : "; did you mean " + best + "?";
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
