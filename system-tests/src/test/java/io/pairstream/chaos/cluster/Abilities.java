package io.pairstream.chaos.cluster;

import java.util.Optional;

/**
 * What this machine lets a harness do. What is missing is said in words, so that a fault that
 * cannot be done is named with its reason and never silently left out.
 *
 * @param root whether this process may do all that Linux allows
 * @param noNetworkNamespaces why processes cannot have networks of their own; empty where they can
 * @param noMounts why file systems cannot be mounted; empty where they can
 */
public record Abilities(
    boolean root, Optional<String> noNetworkNamespaces, Optional<String> noMounts) {

  /** Tries what can be tried, and leaves nothing behind. */
  public static Abilities ofThisMachine() {
    boolean root = SystemCommand.attempt("test", "-w", "/proc/1/oom_score_adj").isEmpty();
    if (!root) {
      String reason = "needs root, and this process has not got it";
      return new Abilities(false, Optional.of(reason), Optional.of(reason));
    }
    return new Abilities(
        true,
        missing("ip", "-V").or(() -> missing("nsenter", "--version")).or(Networks::attempt),
        missing("mkfs.ext4", "-V").or(() -> missing("losetup", "--version")).or(Mounts::attempt));
  }

  public boolean networkNamespaces() {
    return noNetworkNamespaces.isEmpty();
  }

  /** Whether ext4 files can be mounted as disks, and memory as small ones. */
  public boolean loopMounts() {
    return noMounts.isEmpty();
  }

  private static Optional<String> missing(String program, String harmless) {
    return SystemCommand.attempt(program, harmless)
        .map(reason -> program + " does not run: " + reason);
  }
}
