package io.pairstream.benchmarks;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Protocol of the process that is measured: {@code ready}, then a {@code done} for each line. */
final class Driven {

  private Driven() {}

  /** Work that a line asks for. */
  interface Work {
    /** Two counts: what is done, and what is not. */
    String done(String[] words) throws IOException, InterruptedException;
  }

  /** Says that all is ready, and answers until stdin ends; what else is printed is no answer. */
  static void serve(String ready, Work work) throws IOException, InterruptedException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    out.println("ready {" + ready + "}");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println("done " + work.done(line.split(" ", 3)));
    }
  }
}
