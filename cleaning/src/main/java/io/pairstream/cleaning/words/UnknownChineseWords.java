package io.pairstream.cleaning.words;

import io.pairstream.cleaning.ClassPathFile;
import java.util.Arrays;
import java.util.List;

/**
 * Splits Chinese characters that no dictionary knows as words: a hidden Markov model of characters
 * that begin, continue or end a word or are one, decoded by Viterbi. Immutable.
 *
 * <p>The probabilities are jieba's.
 *
 * @see <a href="https://github.com/fxsjy/jieba/tree/master/jieba/finalseg">jieba's finalseg</a>
 */
final class UnknownChineseWords {

  private static final int BEGIN = 0;
  private static final int END = 1;
  private static final int MIDDLE = 2;
  private static final int SINGLE = 3;
  private static final String STATES = "BEMS";

  private static final double NEVER = -3.14e100;

  private static final double[] START = {-0.26268660809250016, NEVER, NEVER, -1.4652633398537678};

  /** Per state the two states that may come before it, the smaller letter first. */
  private static final int[][] BEFORE = {
    {END, SINGLE}, {BEGIN, MIDDLE}, {BEGIN, MIDDLE}, {END, SINGLE}
  };

  /** Logarithm of the probability of the change from each state (row) to each state. */
  private static final double[][] TRANSITION = {
    {NEVER, -0.510825623765990, -0.916290731874155, NEVER},
    {-0.5897149736854513, NEVER, NEVER, -0.8085250474669937},
    {NEVER, -0.33344856811948514, -1.2603623820268226, NEVER},
    {-0.7211965654669841, NEVER, NEVER, -0.6658631448798212}
  };

  /** double [state][character]: logarithm of the probability of a character in a state. */
  private final double[][] emission = new double[STATES.length()][1 << 16];

  UnknownChineseWords() {
    for (double[] state : emission) {
      Arrays.fill(state, NEVER);
    }
    double[] state = emission[BEGIN];
    for (String line : ClassPathFile.lines(UnknownChineseWords.class, "/prob_emit.txt").toList()) {
      int tab = line.indexOf('\t');
      if (tab < 0) {
        state = emission[STATES.indexOf(line.strip())];
      } else {
        state[line.charAt(0)] = Double.parseDouble(line.substring(tab + 1));
      }
    }
  }

  /** Adds the words between {@code from} and {@code to}, in order. */
  void split(String text, int from, int to, List<String> words) {
    int[] states = decode(text, from, to);
    int begin = from;
    for (int i = from; i < to; i++) {
      int state = states[i - from];
      if (state == END || state == SINGLE) {
        words.add(text.substring(state == END ? begin : i, i + 1));
      }
      if (state != MIDDLE) {
        begin = state == BEGIN ? i : i + 1;
      }
    }
    if (begin < to) {
      words.add(text.substring(begin, to));
    }
  }

  private int[] decode(String text, int from, int to) {
    int length = to - from;
    int[][] path = new int[length][STATES.length()];
    double[] scores = new double[STATES.length()];
    for (int state = 0; state < scores.length; state++) {
      scores[state] = START[state] + emission[state][text.charAt(from)];
    }
    for (int i = 1; i < length; i++) {
      double[] next = new double[scores.length];
      for (int state = 0; state < next.length; state++) {
        int first = BEFORE[state][0];
        int second = BEFORE[state][1];
        double emitted = emission[state][text.charAt(from + i)];
        double viaFirst = scores[first] + TRANSITION[first][state] + emitted;
        double viaSecond = scores[second] + TRANSITION[second][state] + emitted;
        path[i][state] = viaFirst > viaSecond ? first : second;
        next[state] = Math.max(viaFirst, viaSecond);
      }
      scores = next;
    }
    int[] states = new int[length];
    int state = scores[END] > scores[SINGLE] ? END : SINGLE;
    for (int i = length - 1; i >= 0; i--) {
      states[i] = state;
      state = path[i][state];
    }
    return states;
  }
}
