package io.pairstream.image.sandbox;

import io.pairstream.image.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.opentest4j.TestAbortedException;

/** Which outer walls around a worker this system offers. */
public final class Walls {

  /** Why a wall cannot be had; empty where it can. */
  private static final Map<Launcher, String> REFUSALS = new ConcurrentHashMap<>();

  private Walls() {}

  /** Skips the test, with the reason, where this system does not offer the wall. */
  public static void assumeToBeHad(Launcher wall) {
    String refusal = REFUSALS.computeIfAbsent(wall, Walls::refusal);
    if (!refusal.isEmpty()) {
      throw new TestAbortedException("not to be had on this system: " + refusal);
    }
  }

  /** The wall that workers have by default. */
  public static Launcher best() {
    return Arrays.stream(Launcher.values())
        .filter(wall -> REFUSALS.computeIfAbsent(wall, Walls::refusal).isEmpty())
        .findFirst()
        .orElseThrow();
  }

  private static String refusal(Launcher wall) {
    try {
      Sandbox.probe(
          Pictures.settings(1),
          Files.createTempDirectory("pairstream-walls"),
          Sandbox.PICTURE_MEMORY_BYTES,
          wall);
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
