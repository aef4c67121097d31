package io.pairstream.chaos.run;

import java.nio.file.Path;

/** The recipe under which the harness has pairs prepared. */
final class Recipes {

  private Recipes() {}

  /** Path of the one that goes with the seeded load; its pictures have 64 px a side. */
  static String chaos() {
    return Path.of(System.getProperty("pairstream.project.dir"))
        .resolve("system-tests/src/test/resources/chaos/chaos.yaml")
        .toString();
  }
}
